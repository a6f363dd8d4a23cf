/**
 * What does a finding in an older or a staged version mean, seen beside the newest one?
 */
import type { Finding, Versions } from "../../findings/finding.ts";
import { isExposure, tells } from "../../findings/index.ts";
import type { Scope } from "../scope/scope.ts";
import type { Ask } from "./ask.ts";

/** What a version of a file was found for, after allowances. */
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

/** Findings as they are reported: those of other versions by what they mean, apart from those that stand as they are. */
export interface Across {
  readonly plain: Finding[];
  readonly converted: Finding[];
}

/** The findings of all versions. @param onDisk what lies on the disk at this path */
export async function acrossVersions(
  mode: Scope["mode"],
  judged: readonly Judged[],
  { ask, onDisk }: { ask: Ask; onDisk: (path: string) => Promise<OnDisk> },
): Promise<Across> {
  const convert = (found: Finding, other: Versions["other"], at: Pick<Judged, "path" | "commit">) =>
    ask("versions", { file: found.at.file, found, other }, { ...at, wanted: (rule) => rule.mode === mode });
  if (mode === "staged") return staged(judged, onDisk, convert);
  if (mode === "range" || mode === "history") return overCommits(judged, convert);
  return { plain: judged.flatMap(({ findings }) => findings), converted: [] };
}

type Convert = (found: Finding, other: Versions["other"], at: Pick<Judged, "path" | "commit">) => Promise<Finding[]>;

const isPlaintext = ({ rule }: Finding) => tells(rule) === "plaintext";

async function staged(
  judged: readonly Judged[],
  onDisk: (path: string) => Promise<OnDisk>,
  convert: Convert,
): Promise<Across> {
  const across: Across = { plain: [], converted: [] };
  for (const { path, commit, findings } of judged) {
    const disk = findings.some(isPlaintext) ? await onDisk(path) : (): "absent" => "absent";
    for (const found of findings) {
      const instead = isPlaintext(found) ? await convert(found, disk(found), { path, commit }) : [];
      if (instead.length === 0) across.plain.push(found);
      else across.converted.push(...instead);
    }
  }
  return across;
}

/** What the newest version still has is reported there; what only older ones have, once. */
async function overCommits(judged: readonly Judged[], convert: Convert): Promise<Across> {
  const newest = judged
    .filter(({ commit }) => commit === undefined)
    .flatMap(({ findings, isNew }) => (isNew ? findings.map(intoTheSameCommit) : findings));
  const across: Across = { plain: newest, converted: [] };
  const known = new Set(newest.map(identityOf));
  const isNews = (found: Finding): boolean => {
    const identity = identityOf(found);
    return !known.has(identity) && known.add(identity) !== undefined;
  };
  const add = async (found: Finding, version: Judged) => {
    const { allowance } = found;
    for (const made of await convert(found, "absent", version)) {
      across.converted.push(allowance === undefined ? made : { ...made, severity: "warning", allowance });
    }
  };
  for (const version of judged) {
    const { commit, findings, past } = version;
    for (const found of commit === undefined ? [] : findings.filter(isNews)) {
      // Keys are published whatever a later commit does.
      if (tells(found.rule) === "key") across.plain.push(found);
      else if (isExposure(found) && (found.severity === "error" || found.allowance !== undefined)) {
        await add(found, version);
      }
    }
    for (const found of past.filter(isNews)) await add(found, version);
  }
  return across;
}

/** The range goes out with all of its commits, and with this one the plaintext, whatever comes on top. */
function intoTheSameCommit(found: Finding): Finding {
  if (!isPlaintext(found) || found.fix === undefined) return found;
  return { ...found, fix: `${found.fix}; then put it into the same commit: git commit --amend, or git rebase -i` };
}

/** What is only allowed, or only a warning, in one version does not stand for more in another. */
function identityOf({ rule, severity, allowance = "", fingerprint }: Finding): string {
  return `${rule} ${severity} ${allowance} ${fingerprint}`;
}
