/**
 * How do names in the policy become the literal lists that stock sops needs?
 */
import { join } from "node:path";
import { noPolicy } from "../project/no-policy.ts";
import { attempt } from "../../io/io-error.ts";
import { sha256 } from "../../io/stream.ts";
import { compilePolicyText } from "../../policy/compile.ts";
import { utf8PolicyText } from "../../policy/policy-text.ts";
import { placed } from "../../words/phrases.ts";
import type { Project } from "../project/project.ts";
import { textChange } from "../secrets/sops-document.ts";
import { commitChanges } from "../writing/write.ts";

export interface CompileOutcome {
  /** The policy, as it is shown. */
  readonly file: string;
  /** The rules whose list was missing or differed, by their lines before the change and their expressions. */
  readonly rules: readonly { readonly line: number; readonly title: string }[];
}

/** Writes the `age` list of every rule with `readers`; with `check` it only looks. */
export async function compilePolicy(project: Project, options: { readonly check: boolean }): Promise<CompileOutcome> {
  const here = join(project.directory, "x");
  const found = await project.policy(here);
  if (found === undefined) throw await noPolicy(project, here);
  const file = project.show(found.path);
  const bytes = await attempt(file, "read", () => project.host.files.read(found.path));
  const { text, rules, warnings } = await compilePolicyText(utf8PolicyText(bytes, file), file);
  for (const { at, message } of warnings) project.warn(placed(at, message));
  if (rules.length > 0 && !options.check) {
    await commitChanges(project, [textChange(found.path, sha256(bytes), text)], { grants: [], isPolicy: true });
  }
  return { file, rules };
}
