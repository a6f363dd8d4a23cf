/**
 * What does a finding in an older or a staged version mean, seen beside the newest one?
 */
import type { Draft, Finding, RuleId, Versions, VersionsRule } from "../../findings/finding.ts";
import { sec010 } from "../../findings/rules/sec010-staged.ts";
import { sec011 } from "../../findings/rules/sec011-range.ts";
import { sec012 } from "../../findings/rules/sec012-history.ts";
import { isExposure } from "./inspector.ts";
import type { Scope } from "../scope/scope.ts";

/** What a version of a file was found for, after permissions. */
export interface Judged {
  readonly path: string;
  readonly commit: string | undefined;
  /** Whether a range brought it. */
  readonly isNew: boolean;
  readonly findings: readonly Finding[];
  /** What only policies of the past find. */
  readonly past: readonly Finding[];
}

/** What a file on the disk is beside this finding in what is staged. */
export type OnDisk = (found: Finding) => Versions["other"];

export interface Comparing {
  /** What lies on the disk at this path, as far as this finding goes. */
  readonly onDisk: (path: string) => Promise<OnDisk>;
  readonly finding: (rule: RuleId, draft: Draft, file: { path: string; commit?: string | undefined }) => Finding;
}

/** Keys are published whatever a later commit does. */
const KEYS: ReadonlySet<RuleId> = new Set(["SEC007", "SEC008"]);

/** The findings of all versions, as they are reported. */
export async function acrossVersions(
  mode: Scope["mode"],
  judged: readonly Judged[],
  comparing: Comparing,
): Promise<Finding[]> {
  if (mode === "staged") return staged(judged, comparing);
  if (mode === "range") return overCommits(judged, sec011, comparing);
  if (mode === "history") return overCommits(judged, sec012, comparing);
  return judged.flatMap(({ findings }) => findings);
}

async function staged(judged: readonly Judged[], comparing: Comparing): Promise<Finding[]> {
  const reported: Finding[] = [];
  const isInClear = ({ rule }: Finding) => rule === "SEC001" || rule === "SEC002";
  for (const { path, findings } of judged) {
    const disk = findings.some(isInClear) ? await comparing.onDisk(path) : (): "absent" => "absent";
    for (const found of findings) {
      const drafts = sec010.inspect({ file: found.at.file, found, other: isInClear(found) ? disk(found) : "absent" });
      reported.push(
        ...(drafts.length === 0 ? [found] : drafts.map((draft) => comparing.finding(sec010.id, draft, { path }))),
      );
    }
  }
  return reported;
}

/** What the newest version still has is reported there; what only older ones have, once. */
function overCommits(judged: readonly Judged[], rule: VersionsRule, { finding }: Comparing): Finding[] {
  const newest = judged
    .filter(({ commit }) => commit === undefined)
    .flatMap(({ findings, isNew }) => (isNew ? findings.map(intoTheSameCommit) : findings));
  const reported = [...newest];
  const known = new Set(newest.map(identityOf));
  const isNews = (found: Finding): boolean => {
    const identity = identityOf(found);
    return !known.has(identity) && known.add(identity) !== undefined;
  };
  const converted = (found: Finding, { path, commit }: Judged): Finding[] =>
    rule.inspect({ file: found.at.file, found, other: "absent" }).map((draft) => {
      const { permission } = found;
      const made = finding(rule.id, permission === undefined ? draft : { ...draft, severity: "warning" }, {
        path,
        commit,
      });
      return { ...made, permission };
    });
  for (const version of judged) {
    const { commit, findings, past } = version;
    for (const found of commit === undefined ? [] : findings.filter(isNews)) {
      if (KEYS.has(found.rule)) reported.push(found);
      else if (isExposure(found) && (found.severity === "error" || found.permission !== undefined)) {
        reported.push(...converted(found, version));
      }
    }
    for (const found of past.filter(isNews)) reported.push(...converted(found, version));
  }
  return reported;
}

const PLAINTEXT: ReadonlySet<RuleId> = new Set(["SEC001", "SEC002"]);

/** The range goes out with all of its commits, and with this one the plaintext, whatever comes on top. */
function intoTheSameCommit(found: Finding): Finding {
  if (!PLAINTEXT.has(found.rule) || found.fix === undefined) return found;
  return { ...found, fix: `${found.fix}; and into the same commit: git commit --amend, or git rebase -i` };
}

/** What is only allowed, or only a warning, in one version does not stand for more in another. */
function identityOf({ rule, severity, permission = "", fingerprint }: Finding): string {
  return `${rule} ${severity} ${permission} ${fingerprint}`;
}
