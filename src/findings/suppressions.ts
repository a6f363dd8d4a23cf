/**
 * Which findings has somebody allowed, why, and for how long?
 *
 * In the file itself, in whatever its comments are: `secrets:allow RULE reason="…" until=2027-01-01`; or for files that have
 * no comments, in `.secrets-check.yaml`. A reason is a must. What has expired counts no more, and says so. A baseline takes
 * what an old repository has, by fingerprint: it holds hashes and nothing else.
 */
import { SecretsError } from "../errors.ts";
import { readYaml, type YamlMapping, type YamlNode } from "../policy/yaml-node.ts";
import { checkKeys, entriesOf, filledText, itemsOf, textOf, valueOf } from "../policy/yaml-shape.ts";
import type { Finding, RuleId } from "./finding.ts";
import { rules } from "./index.ts";
import { ALLOW_MARK } from "./reading/needles.ts";
import { globTest } from "./reading/path-glob.ts";
import { placesOf } from "./reading/place.ts";

export interface Allowance {
  readonly rules: readonly RuleId[];
  /** Whether it covers this path, POSIX and relative to the root. */
  readonly covers: (path: string) => boolean;
  readonly reason: string;
  /** The last day on which it counts, `YYYY-MM-DD`. */
  readonly until: string | undefined;
  /** Where it is written: `FILE:LINE`. */
  readonly by: string;
}

/** An allowance that cannot count, because something is missing. */
export interface BadAllowance {
  readonly by: string;
  readonly problem: string;
}

const IN_FILE = /\bsecrets:[ \t]*allow\s+(SEC\d{3}(?:\s*,\s*SEC\d{3})*)([^\r\n]*)/g;

/** The allowances in a file. @param file how it is called; @param path POSIX, relative to the root. */
export function allowancesIn(text: string, file: string, path: string) {
  const good: Allowance[] = [];
  const bad: BadAllowance[] = [];
  if (!ALLOW_MARK.test(text)) return { good, bad };
  const placeAt = placesOf(text);
  for (const match of text.matchAll(IN_FILE)) {
    const [, ids = "", rest = ""] = match;
    const by = `${file}:${placeAt(match.index).line ?? 1}`;
    const reason = (/\breason=\\?"([^"\\]*)\\?"/.exec(rest)?.[1] ?? "").trim();
    const others = rest.replace(/\breason=\\?"[^"\\]*\\?"/, "");
    const end = /\buntil\b(?:=([^\s"',]+))?/i.exec(others);
    // Said in another way it is not a day, and the allowance is not one: it must not last for ever by a slip.
    const until = end === null ? undefined : (end[1] ?? "");
    const problem = problemOf(reason, until) ?? unknownIn(others);
    if (problem !== undefined) bad.push({ by, problem });
    else good.push({ rules: idsOf(ids), covers: (other) => other === path, reason, until, by });
  }
  return { good, bad };
}

function idsOf(text: string): RuleId[] {
  return (text.match(/SEC\d{3}/g) ?? []).map((id) => `SEC${id.slice(3)}` as const);
}

function problemOf(reason: string, until: string | undefined): string | undefined {
  if (reason === "") return 'an allowance needs a reason="…"';
  if (until === undefined || isDay(until)) return undefined;
  return "until must be a date, as in until=2027-01-31";
}

/** What looks like a word of the allowance, up to the end of the comment or text, must not be ignored. */
function unknownIn(text: string): string | undefined {
  const [inside = ""] = text.split(/\*\/|-->|"/);
  const [, word] = /(?:^|\s)(?!until=)([\w-]+)=/i.exec(inside) ?? [];
  return word === undefined
    ? undefined
    : 'an allowance takes reason="…" and until=2027-01-31, and no other words with =';
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

/** What `.secrets-check.yaml` says. */
export interface CheckSettings {
  readonly allowances: readonly Allowance[];
  /** POSIX, relative to the root. */
  readonly baseline: string | undefined;
}

const example = () =>
  `{ rule: ${rules.find(({ tells }) => tells === "key")?.id ?? ""}, paths: ["test/**"], reason: "keys made for tests" }`;

/** @throws SecretsError `policy` with the place: no shape of ours, no reason, a day that is none. */
export async function readSettings(text: string, file: string): Promise<CheckSettings> {
  const root = readYaml(text, file);
  const entries = entriesOf(root, { what: file, example: `allow: [${example()}]` });
  checkKeys(entries, ["allow", "baseline"], true);
  const top: YamlMapping = { kind: "mapping", at: root.at, entries };
  const items = itemsOf(valueOf(top, "allow"), { what: "allow", example: `allow: [${example()}]` });
  return {
    allowances: items.map((item) => allowanceOf(item, file)),
    baseline: textOf(valueOf(top, "baseline"), { what: "baseline", example: "baseline: .secrets-baseline.json" }),
  };
}

function allowanceOf(node: YamlNode, file: string): Allowance {
  const wanted = { what: "an allowance", example: example() };
  const entries = entriesOf(node, wanted);
  checkKeys(entries, ["rule", "rules", "paths", "path", "reason", "until"], true);
  const item: YamlMapping = { kind: "mapping", at: node.at, entries };
  const text = (key: string) => textOf(valueOf(item, key), { what: key, example: example() });
  const list = (key: string) =>
    itemsOf(valueOf(item, key), { what: key, example: example() }).map(
      (each) => filledText(each, { what: key, example: example() }).text,
    );
  const rules = [text("rule") ?? "", ...list("rules")].flatMap(idsOf);
  const globs = [text("path") ?? "", ...list("paths")].filter((glob) => glob !== "").map(globTest);
  const [reason, until] = [(text("reason") ?? "").trim(), text("until")];
  const problem =
    rules.length === 0
      ? "an allowance needs the rules that it allows"
      : globs.length === 0
        ? "an allowance needs the paths that it covers"
        : problemOf(reason, until);
  if (problem !== undefined) {
    throw new SecretsError("policy", problem, { at: node.at, hint: `write for example ${example()}` });
  }
  const by = `${file}:${node.at.line ?? 1}`;
  return { rules, covers: (path) => globs.some((covers) => covers(path)), reason, until, by };
}

/** Why a finding does not count. */
export interface Ignored extends Pick<Allowance, "reason" | "until" | "by"> {
  readonly finding: Finding;
}

/** What settings say, at one moment. */
export interface Allowed {
  readonly allowances: readonly Allowance[];
  /** Fingerprints. */
  readonly baseline: ReadonlySet<string>;
}

export interface Sifting extends Allowed {
  /** The allowances in the file itself. */
  readonly inFile?: readonly Allowance[];
  /** Whether a range brought that file, and so those allowances. */
  readonly isNew?: boolean;
  /** What was allowed where a range begins; without it, all that is allowed counts. */
  readonly before?: Allowed | undefined;
  readonly today: string;
}

/**
 * What counts of these findings, and what does not. An expired allowance is named with the finding; one that came with
 * the range itself makes a warning of it, for whoever reviews the range.
 */
export function sifted(
  findings: readonly Finding[],
  sifting: Sifting,
): { readonly kept: Finding[]; readonly ignored: Ignored[] } {
  const kept: Finding[] = [];
  const ignored: Ignored[] = [];
  for (const finding of findings) {
    const { settled, fresh, expired } = allowanceFor(finding, sifting);
    if (settled !== undefined) ignored.push({ finding, ...settled });
    else if (fresh !== undefined) kept.push(lowered(finding, fresh));
    else if (expired === undefined) kept.push(finding);
    else
      kept.push({
        ...finding,
        message: `${finding.message} (allowed by ${expired.by} until ${expired.until ?? ""}, which has passed)`,
      });
  }
  return { kept, ignored };
}

/** Those of a list that cover this rule at this path, and the first of them that counts today. */
function coveringAllowances(
  list: readonly Allowance[],
  { rule, path, today }: { readonly rule: RuleId; readonly path: string; readonly today: string },
) {
  const covering = list.filter(({ rules, covers }) => rules.includes(rule) && covers(path));
  return { covering, counting: covering.find(({ until }) => until === undefined || today <= until) };
}

/** Whether an allowance that counts today covers this rule at this path. */
export function allows(
  { allowances, before }: Pick<Sifting, "allowances" | "before">,
  { rule, path, today }: { readonly rule: RuleId; readonly path: string; readonly today: string },
): boolean {
  const counts = (list: readonly Allowance[]) => coveringAllowances(list, { rule, path, today }).counting !== undefined;
  return counts(allowances) && (before === undefined || counts(before.allowances));
}

interface Settlement {
  /** Why it does not count. */
  readonly settled?: Omit<Ignored, "finding">;
  /** What would allow it and is no older than the range. */
  readonly fresh?: string;
  readonly expired?: Allowance | undefined;
}

function allowanceFor(finding: Finding, sifting: Sifting): Settlement {
  const { allowances, inFile = [], isNew = false, baseline, before, today } = sifting;
  const covering = (list: readonly Allowance[]) => coveringAllowances(list, { ...finding, today });
  const counting = (list: readonly Allowance[]) => covering(list).counting;
  const settled = ({ reason, until, by }: Omit<Ignored, "finding">) => ({ settled: { reason, until, by } });

  const [own, general, isKnown] = [counting(inFile), counting(allowances), baseline.has(finding.fingerprint)];
  if (own !== undefined && !isNew) return settled(own);
  if (general !== undefined && (before === undefined || counting(before.allowances) !== undefined)) {
    return settled(general);
  }
  if (isKnown && (before === undefined || before.baseline.has(finding.fingerprint))) {
    return settled({ reason: "in the baseline", until: undefined, by: "baseline" });
  }
  if (own !== undefined) return { fresh: "allowed in the file itself, in this range" };
  if (general !== undefined) return { fresh: `allowed by ${general.by}, which is new in this range` };
  if (isKnown) return { fresh: "in the baseline, which is new in this range" };
  return { expired: covering([...inFile, ...allowances]).covering[0] };
}

function lowered(finding: Finding, allowance: string): Finding {
  return { ...finding, severity: finding.severity === "note" ? "note" : "warning", allowance };
}

/** The fingerprints of a baseline. @throws SecretsError `policy`. */
export function readBaseline(text: string, file: string): ReadonlySet<string> {
  const wrong = (hint?: string) =>
    new SecretsError("policy", "not a baseline of secrets check", { at: { file }, hint });
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    throw wrong("write it again: secrets check --write-baseline FILE");
  }
  if (typeof tree !== "object" || tree === null || !("version" in tree) || !("fingerprints" in tree)) throw wrong();
  const { version, fingerprints } = tree;
  if (version !== 1) throw wrong("it was written by a newer version");
  if (!Array.isArray(fingerprints)) throw wrong();
  return new Set(fingerprints.map(String));
}

/** A baseline that takes these findings. */
export function baselineText(findings: readonly Finding[]): string {
  const fingerprints = [...new Set(findings.map(({ fingerprint }) => fingerprint))].sort();
  return `${JSON.stringify({ version: 1, fingerprints }, null, 2)}\n`;
}
