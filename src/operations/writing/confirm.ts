/** How is a yes-or-no question put to somebody? */
import type { Project } from "../project/project.ts";

/** Enter alone says `enter`, and anything else but a yes is a no. @throws SecretsError `cannot-ask` */
export async function confirm(project: Project, question: string, enter: "yes" | "no" = "no"): Promise<boolean> {
  const answer = (await project.host.terminal.ask(`${question} ${enter === "yes" ? "[Y/n]" : "[y/N]"} `)).trim();
  return answer === "" ? enter === "yes" : /^y(es)?$/i.test(answer);
}
