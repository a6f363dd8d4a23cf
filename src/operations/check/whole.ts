/**
 * What is wrong with the policy itself, and with how git treats secrets?
 */
import type { Finding } from "../../findings/finding.ts";
import { sec014 } from "../../findings/sec014-gitignore.ts";
import { sec015 } from "../../findings/sec015-gitattributes.ts";
import { sec017 } from "../../findings/sec017-policy.ts";
import type { Project } from "../project.ts";
import type { Inspector } from "./inspector.ts";
import type { PolicySet } from "./policies.ts";
import type { CheckRequest } from "./report.ts";
import type { Frame, Scope } from "./scope.ts";

/** SEC017 for the policies that this check looks at. */
export function policyFindings({ policies, lint }: Frame, finding: Inspector["finding"]): Finding[] {
  const entries = policies[0]?.entries ?? [];
  return [...lint].flatMap((path) => {
    const entry = entries.find((each) => each.path === path);
    const { message, at, hint } = entry?.problem ?? {};
    const problem = message === undefined ? undefined : { message, line: at?.line, column: at?.column, fix: hint };
    const drafts = sec017.inspect({ path, text: entry?.text ?? "", policy: entry?.policy, problem });
    return drafts.map((draft) => finding(sec017.id, draft, { path }));
  });
}

/** SEC014 and SEC015, for a whole working tree. */
export async function treeFindings(
  project: Project,
  given: {
    readonly scope: Scope;
    readonly request: CheckRequest;
    readonly policies: PolicySet | undefined;
    readonly encrypted: readonly { readonly path: string; readonly binary: boolean }[];
    readonly finding: Inspector["finding"];
  },
): Promise<Finding[]> {
  const { scope, request, policies, encrypted, finding } = given;
  if (scope.mode !== "tree" || scope.git === undefined || policies === undefined || (request.paths ?? []).length > 0) {
    return [];
  }
  const { treeFacts } = await import("./repository-facts.ts");
  const facts = await treeFacts(project, { git: scope.git, policies }, encrypted);
  return [sec014, sec015].flatMap((rule) =>
    rule.inspect(facts).map(({ path, ...draft }) => finding(rule.id, draft, { path })),
  );
}
