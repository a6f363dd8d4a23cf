/** How is something asked of somebody? */
import { SecretsError } from "../../errors.ts";
import type { Project } from "./project.ts";

/** Enter alone says `enter`, and anything else but a yes is a no. @throws SecretsError `cannot-ask` */
export async function confirm(project: Project, question: string, enter: "yes" | "no" = "no"): Promise<boolean> {
  const answer = (await project.host.terminal.ask(`${question} ${enter === "yes" ? "[Y/n]" : "[y/N]"} `)).trim();
  return answer === "" ? enter === "yes" : /^y(es)?$/i.test(answer);
}

/**
 * What nobody sees while it is typed, and so is typed again until both are the same.
 * @param hint for who types nothing
 * @throws SecretsError `usage` where nothing is typed; `interrupted`, `cannot-ask`
 */
export async function typedTwice({ host, warn }: Project, question: string, hint?: string): Promise<string> {
  for (;;) {
    const typed = await host.terminal.askHidden(`${question}: `);
    if (typed === "") throw new SecretsError("usage", "nothing was typed", { hint });
    if ((await host.terminal.askHidden("type it again: ")) === typed) return typed;
    warn("the two do not match; type it once more");
  }
}
