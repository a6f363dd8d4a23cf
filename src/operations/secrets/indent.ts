/**
 * By how many blanks is what is printed in this format indented?
 */
import type { Format } from "../../formats/format.ts";
import type { SecretPlace } from "./secret.ts";

/** What the command line says, else the policy. One that is broken keeps nobody from reading. */
export async function indentOf(
  { project, path, options }: Pick<SecretPlace, "project" | "path" | "options">,
  { name }: Format,
): Promise<number | undefined> {
  return options.indent ?? (await project.policy(path).catch(() => undefined))?.policy.indents?.get(name);
}
