/**
 * What do the rules find in one version of one file?
 *
 * Looks for marks first, and reads on only where the policy governs the path or a mark is there. Remembers what is
 * encrypted and for whom, so that a private key can be told with every file that it opens.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { mayBeEncrypted, readContent, type Content } from "../../findings/reading/content.ts";
import type { Draft, FileSubject, Finding, Governed, RuleId } from "../../findings/finding.ts";
import { fileRules } from "../../findings/index.ts";
import { needlesIn, type Needles } from "../../findings/reading/needles.ts";
import { utf8Of } from "../../findings/reading/wide-text.ts";
import { findPrivateKeys } from "../../findings/private-keys/find.ts";
import { namesNobody } from "../../findings/reading/readers.ts";
import { leftoverStem } from "../../findings/rules/sec013-leftovers.ts";
import { mayBeUncovered } from "../../findings/rules/sec019-uncovered.ts";
import { allowancesIn, type Allowance, type BadAllowance } from "../../findings/suppressions.ts";
import type { Git } from "../../git/git.ts";
import type { Project } from "../../operations/project/project.ts";
import { formerSides } from "../../operations/secrets/former-sides.ts";
import { keyHolders, recipientIds, type KeyHolders } from "../context/key-holders.ts";
import { obligingOf, obliges, type Obliging } from "../context/past-policies.ts";
import { rules, type PolicyEntry, type PolicySet } from "../context/policies.ts";
import { REPLACED, type Version } from "../scope/scope.ts";

/** What was found in one version. */
export interface Inspected {
  readonly version: Version;
  readonly content: Content;
  readonly governed: Governed | undefined;
  readonly findings: readonly Finding[];
  /** What is found only by policies that ruled the path once. */
  readonly past: readonly Finding[];
  /** Permissions that stand in the file. */
  readonly allowances: readonly Allowance[];
  readonly badAllowances: readonly BadAllowance[];
}

export interface InspectorOptions {
  readonly project: Project;
  /** Absolute. */
  readonly root: string;
  readonly policies: readonly PolicySet[];
  readonly past?: readonly PolicySet[] | undefined;
  readonly listing: () => Promise<readonly string[]>;
  readonly git: Git | undefined;
}

export interface Inspector {
  /** Undefined where nothing about the version needs a closer look. */
  readonly inspect: (version: Version) => Promise<Inspected | undefined>;
  /** What can be said only when everything was looked at: private keys of readers. */
  readonly finish: () => Promise<Inspected[]>;
  /** A draft of a rule about this file as a finding. */
  readonly finding: (rule: RuleId, draft: Draft, file: { path: string; commit?: string | undefined }) => Finding;
}

/** Rules that tell of what stands in clear, so that the policy of an older commit counts for them too. */
const EXPOSURE: ReadonlySet<RuleId> = new Set(["SEC001", "SEC002", "SEC003", "SEC013"]);
/** Rules about readers: where there is no rule any more, or one that names nobody, the older ones go on. */
const READERS: ReadonlySet<RuleId> = new Set(["SEC004", "SEC009"]);

/** Whether this tells that something was published, whatever was done to the file later. */
export function isExposure({ rule, exposes }: Pick<Finding, "rule" | "exposes">): boolean {
  return exposes ?? EXPOSURE.has(rule);
}

/** Rules that tell of a file that it is not what it should be; it is not compared with the versions before any more. */
const TELLING: ReadonlySet<RuleId> = new Set(["SEC001", "SEC002", "SEC003", "SEC004", "SEC005", "SEC009"]);

/** Whether this tells that the version by itself is broken or unencrypted. */
export function isTold(found: Finding): boolean {
  return TELLING.has(found.rule) || isExposure(found);
}

/** What inspecting one version needs. */
interface Looking extends InspectorOptions {
  readonly holders: KeyHolders;
  readonly recipientId: FileSubject["recipientId"];
  readonly finding: Inspector["finding"];
  /** Those of the past that obliged this path. */
  readonly pastOf: Obliging;
}

interface Waiting extends Pick<Inspected, "version" | "allowances"> {
  readonly subject: FileSubject;
}

export function createInspector(options: InspectorOptions): Inspector {
  const { project, root, policies } = options;
  const looking: Looking = {
    ...options,
    holders: keyHolders(options),
    recipientId: recipientIds(policies),
    pastOf: obligingOf(options.past ?? []),
    finding: (rule, draft, { path, commit }) => ({
      ...draft,
      // A name that is not UTF-8 cannot be written in a command.
      fix: path.includes(REPLACED) ? undefined : draft.fix,
      rule,
      path,
      commit,
      at: { file: project.show(join(root, path)), line: draft.line, column: draft.column },
      fingerprint: fingerprint(rule, path, draft.subject),
    }),
  };
  /** Whose keys are readers', with all that is still asked of them: not their content. */
  const waiting: Waiting[] = [];
  return {
    finding: looking.finding,
    inspect: async (version) => {
      const subject = await subjectOf(looking, version);
      if (subject === undefined) return undefined;
      if (looking.holders.find(subject.keys.flatMap(({ ids }) => ids)) !== undefined) {
        const { good } = permissionsIn(subject, version);
        waiting.push({
          subject: { ...subject, content: { kind: "empty" } },
          version: { ...version, bytes: new Uint8Array() },
          allowances: good,
        });
      }
      return inspected(subject, version, await findingsIn(looking, subject, version));
    },
    finish: async () => {
      const found: Inspected[] = [];
      const all = waiting.length === 0 ? [] : await options.listing();
      for (const { subject, version, allowances } of waiting) {
        const informed = { ...subject, holder: (ids: readonly string[]) => looking.holders.find(ids, all) };
        const drafts = await draftsOf(informed, (id) => id === "SEC008");
        const findings = drafts.map(({ rule, draft }) => looking.finding(rule, draft, version));
        found.push({ ...inspected(subject, version, { findings, past: [] }), allowances });
      }
      return found;
    },
  };
}

function fingerprint(rule: RuleId, path: string, subject = ""): string {
  return createHash("sha256").update([rule, path, subject].join("\0")).digest("hex").slice(0, 16);
}

/** Undefined where neither the policy nor a mark in the bytes gives a reason to read on. */
async function subjectOf(looking: Looking, version: Version): Promise<FileSubject | undefined> {
  const { project, root, policies, holders, recipientId } = looking;
  const { path, tracked } = version;
  const bytes = utf8Of(version.bytes);
  const needles = needlesIn(bytes);
  const governed = policies[0]?.governs(path);
  const governs: FileSubject["governs"] = (other) => policies[0]?.governs(other);
  if (governed === undefined && !hasMark(version, needles) && !mayBeUncovered(path, bytes, governs)) {
    if (!policies.slice(1).some((set) => obliges(set, path)) && looking.pastOf(path).length === 0) return undefined;
  }

  const subject: FileSubject = {
    file: project.show(join(root, path)),
    show: (other) => project.show(join(root, other)),
    path,
    content: await readContent(version.bytes, path, needles),
    governed,
    policyFile: ruledBy(policies[0]?.entryOf(path)),
    keys: needles.key ? await findPrivateKeys(bytes) : [],
    holder: (ids) => holders.find(ids),
    recipientId,
    tracked,
    governs,
    now: project.host.now(),
    origin: async () => (version.commit === undefined ? formerSides(looking.git, path) : undefined),
  };
  if (version.commit === undefined) await holders.remember(subject);
  return subject;
}

function ruledBy(entry: PolicyEntry | undefined): string | undefined {
  return entry !== undefined && rules(entry) ? entry.file : undefined;
}

function hasMark({ path, bytes }: Version, needles: Needles): boolean {
  const isSealed = mayBeEncrypted(bytes, needles);
  return needles.key || needles.metadata || isSealed || path.endsWith(".age") || leftoverStem(path) !== undefined;
}

/** By the newest policies in everything; by older ones in what was published, where the newest say nothing of it. */
async function findingsIn(
  looking: Looking,
  subject: FileSubject,
  version: Version,
): Promise<Pick<Inspected, "findings" | "past">> {
  const drafts = await draftsOf(subject, (id) => id !== "SEC008");
  const findings = drafts.map(({ rule, draft }) => looking.finding(rule, draft, version));
  const past: Finding[] = [];
  const add = (to: Finding[], more: readonly Finding[]) => {
    const known = new Set([...findings, ...past].map(({ fingerprint }) => fingerprint));
    to.push(...more.filter(({ fingerprint }) => !known.has(fingerprint)));
  };
  for (const set of looking.policies.slice(1)) add(findings, await findingsUnder(set, looking, { subject, version }));
  if (subject.governed !== undefined) return { findings, past };
  for (const set of looking.pastOf(subject.path)) {
    add(past, (await findingsUnder(set, looking, { subject, version })).filter(isExposure));
  }
  return { findings, past };
}

/** What an older policy finds. */
async function findingsUnder(
  set: PolicySet,
  { finding }: Looking,
  { subject, version }: { subject: FileSubject; version: Version },
): Promise<Finding[]> {
  const governed = set.governs(subject.path);
  if (governed === undefined) return [];
  const isUnruled = subject.governed === undefined || namesNobody(subject.governed.ruling);
  const drafts = await draftsOf(
    { ...subject, governed, governs: (path) => set.governs(path) },
    (id) => EXPOSURE.has(id) || (isUnruled && READERS.has(id)),
  );
  return drafts
    .filter(({ draft }) => draft.severity !== "warning")
    .map(({ rule, draft }) => {
      const message = READERS.has(rule)
        ? `${draft.message} (${governed.origin ?? governed.policy.file})`
        : draft.message;
      return finding(rule, { ...draft, message }, version);
    });
}

function inspected(
  subject: FileSubject,
  version: Version,
  { findings, past }: Pick<Inspected, "findings" | "past">,
): Inspected {
  const { content, governed } = subject;
  const isClean = findings.length + past.length === 0;
  const { good, bad } = isClean ? { good: [], bad: [] } : permissionsIn(subject, version);
  return { version, content, governed, findings, past, allowances: good, badAllowances: bad };
}

/** What stands in the file itself. */
function permissionsIn({ file, path }: FileSubject, { bytes }: Version): ReturnType<typeof allowancesIn> {
  return allowancesIn(new TextDecoder().decode(utf8Of(bytes)), file, path);
}

async function draftsOf(
  subject: FileSubject,
  wanted: (id: RuleId) => boolean,
): Promise<{ readonly rule: RuleId; readonly draft: Draft }[]> {
  const found: { rule: RuleId; draft: Draft }[] = [];
  for (const { id, inspect } of fileRules) {
    if (!wanted(id)) continue;
    for (const draft of fewer(await inspect(subject))) found.push({ rule: id, draft });
  }
  return found;
}

/** More findings of one rule in one file nobody reads; how many there are is enough. */
const MOST = 1000;

function fewer(drafts: readonly Draft[]): readonly Draft[] {
  const [first, ...others] = drafts.slice(MOST);
  if (first === undefined) return drafts;
  const message = `and ${others.length + 1} more findings of this rule in this file`;
  const severity = [first, ...others].some((draft) => draft.severity === "error") ? "error" : first.severity;
  return [...drafts.slice(0, MOST), { severity, message, subject: "more" }];
}
