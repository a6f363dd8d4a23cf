/**
 * Which findings are reported in the end?
 *
 * Those of all versions as they stand beside each other, what only the whole tells, and of both what nobody has allowed.
 */
import { join } from "node:path";
import { looksSealed } from "../../crypto/value-cipher.ts";
import { readContent, isEncryptedContent } from "../../findings/reading/content.ts";
import type { Finding } from "../../findings/finding.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { clearValues, subjectOf } from "../../findings/reading/clear.ts";
import { baselineText, sifted, type Allowance, type Ignored } from "../../findings/suppressions.ts";
import type { Project } from "../../operations/project/project.ts";
import { readOne } from "../scope/blob-reading.ts";
import { dayOf, type CheckRules } from "./check-rules.ts";
import type { Ask } from "./ask.ts";
import type { Inspected } from "./inspector.ts";
import type { CheckRequest } from "../report.ts";
import type { Scope } from "../scope/scope.ts";
import { acrossVersions, type Judged, type OnDisk } from "./versions.ts";

export interface Found {
  readonly inspected: readonly Pick<Inspected, "version" | "findings" | "past" | "allowances">[];
  /** What is about no single version. */
  readonly others: readonly Finding[];
}

/** All findings, those that count apart from those that were allowed. */
export async function verdict(
  { project, scope, request }: { project: Project; scope: Scope; request: CheckRequest },
  { inspected, others }: Found,
  { rules, ask }: { rules: CheckRules; ask: Ask },
): Promise<ReturnType<typeof sifted>> {
  await tellOfIdle(project, scope, rules);
  const today = dayOf(project);
  const ignored: Ignored[] = [];
  const sift = (findings: readonly Finding[], own: { inFile?: readonly Allowance[]; isNew?: boolean } = {}) => {
    const result = sifted(findings, { ...rules, ...own, today });
    ignored.push(...result.ignored);
    return result.kept;
  };
  const judged: Judged[] = inspected.map(
    ({ version: { path, commit, isNew = false }, findings, past, allowances }) => ({
      path,
      commit,
      isNew,
      findings: sift(findings, { inFile: allowances, isNew }),
      past: sift(past, { inFile: allowances, isNew }),
    }),
  );
  const onDisk = (path: string) => diskState(project, join(scope.root, path));
  const { plain, converted } = await acrossVersions(scope.mode, judged, { onDisk, ask });
  const sound = [...plain, ...sift([...converted, ...others])];
  const kept = (await withNames(scope, sound)).map(told).sort(byPlace);
  if (request.writeBaseline === undefined) return { kept, ignored };
  await writeBaseline(project, request.writeBaseline, kept);
  const by = request.writeBaseline;
  const known = kept.map((found) => ({ finding: found, reason: "in the baseline", until: undefined, by }));
  return { kept: [], ignored: [...ignored, ...known] };
}

/** A slip in a path of the settings allows nothing, and would never be noticed. */
async function tellOfIdle(project: Project, scope: Scope, rules: CheckRules): Promise<void> {
  if (scope.isWhole !== true || (scope.modules ?? []).length > 0 || rules.allowances.length === 0) return;
  const listing = await scope.listing();
  for (const { by, covers } of rules.allowances) {
    if (!listing.some(covers)) project.warn(`${by}: this allowance covers none of the files that were checked`);
  }
}

/** A commit that HEAD does not lead to is found only by the name of what does. */
async function withNames({ namesOf }: Scope, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const commits = findings.flatMap(({ commit }) => commit ?? []);
  if (namesOf === undefined || commits.length === 0) return findings;
  const names = await namesOf([...new Set(commits)]);
  return findings.map((found) => {
    const name = names.get(found.commit ?? "");
    if (name === undefined) return found;
    return { ...found, message: `${found.message}; reachable from ${name}, not from HEAD` };
  });
}

/** With the allowance that made a warning of it. */
function told({ allowance, ...finding }: Finding): Finding {
  return allowance === undefined ? finding : { ...finding, message: `${finding.message} (${allowance})` };
}

/** What is half decrypted there too is no way out. */
async function diskState(project: Project, path: string): Promise<OnDisk> {
  const bytes = await readOne(project.host.files, path);
  if (!(bytes instanceof Uint8Array)) return () => "absent";
  const content = await readContent(bytes, path);
  if (!isEncryptedContent(content)) return () => "clear";
  if (content.kind !== "sops") return () => "encrypted";
  const { document } = content;
  const values = await clearValues(document);
  const open = document.parsed.leaves.filter((leaf) => !looksSealed(textOfScalar(leaf.scalar) ?? ""));
  const subjects = new Set(open.map(subjectOf));
  return ({ subject = "" }) => (values.length > 0 || subjects.has(subject) ? "clear" : "encrypted");
}

async function writeBaseline(project: Project, file: string, findings: readonly Finding[]): Promise<void> {
  const path = project.resolve(file);
  const content = new TextEncoder().encode(baselineText(findings));
  const { commitChanges } = await import("../../operations/writing/write.ts");
  await commitChanges(project, [{ path, expected: "any", content, mode: 0o644, verify: async () => undefined }], {
    grants: [],
  });
}

/** By file, then by line; what is about the whole file first. */
function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  const lines = (a.line ?? 0) - (b.line ?? 0);
  if (lines !== 0) return lines;
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0;
}
