/**
 * What do the rules find in one version of one file?
 *
 * Looks for marks first, and reads on only where the policy governs the path or a mark is there. Remembers what is
 * encrypted and for whom, so that a private key can be told with every file that it opens.
 */
import { join } from "node:path";
import { readContent, type Content } from "../../findings/reading/content.ts";
import type { FileSubject, Finding, Governed, Rule } from "../../findings/finding.ts";
import { isExposure, rules } from "../../findings/index.ts";
import { needlesIn } from "../../findings/reading/needles.ts";
import { utf8Of } from "../../text/utf8.ts";
import { findPrivateKeys } from "../../findings/private-keys/find.ts";
import { namesNobody } from "../../findings/reading/readers.ts";
import { allowancesIn, type Allowance, type BadAllowance } from "../../findings/suppressions.ts";
import type { Git } from "../../git/git.ts";
import type { Project } from "../../operations/project/project.ts";
import { formerSides } from "../../operations/secrets/former-sides.ts";
import { keyHolders, recipientIds, type KeyHolders } from "../context/key-holders.ts";
import { obligingOf, obliges, type Obliging, type PolicySet } from "../context/policies.ts";
import type { Version } from "../scope/scope.ts";
import type { Ask } from "./ask.ts";

/** What was found in one version. */
export interface Inspected {
  readonly version: Version;
  readonly content: Content;
  readonly governed: Governed | undefined;
  readonly findings: readonly Finding[];
  /** What is found only by policies that ruled the path once. */
  readonly past: readonly Finding[];
  /** The allowances in the file. */
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
  readonly ask: Ask;
}

export interface Inspector {
  /** Undefined where nothing about the version needs a closer look. */
  readonly inspect: (version: Version) => Promise<Inspected | undefined>;
  /** What can be said only when everything was looked at. */
  readonly finish: () => Promise<Inspected[]>;
}

/** What inspecting one version needs. */
interface Looking extends InspectorOptions {
  readonly holders: KeyHolders;
  readonly recipientId: FileSubject["recipientId"];
  /** Those of the past that obliged this path. */
  readonly pastOf: Obliging;
}

interface Waiting extends Pick<Inspected, "version" | "allowances"> {
  readonly subject: FileSubject;
}

/** Whether a rule has the last word only when all files were read. */
const waits = ({ needs }: Rule) => needs?.everything === true;

export function createInspector(options: InspectorOptions): Inspector {
  const { policies, ask } = options;
  const looking: Looking = {
    ...options,
    holders: keyHolders(options),
    recipientId: recipientIds(policies),
    pastOf: obligingOf(options.past ?? []),
  };
  /** What is found in them can only become more, and needs no content any more. */
  const waiting: Waiting[] = [];
  return {
    inspect: async (version) => {
      const subject = await subjectOf(looking, version);
      if (subject === undefined) return undefined;
      if ((await ask("file", subject, { ...version, wanted: waits })).length > 0) {
        waiting.push({
          subject: { ...subject, content: { kind: "empty" } },
          version: { ...version, bytes: new Uint8Array() },
          allowances: allowancesOf({ ...version, file: subject.file }).good,
        });
      }
      return inspected(subject, version, await findingsIn(looking, subject, version));
    },
    finish: async () => {
      const found: Inspected[] = [];
      const all = waiting.length === 0 ? [] : await options.listing();
      for (const { subject, version, allowances } of waiting) {
        const informed = { ...subject, holder: (ids: readonly string[]) => looking.holders.find(ids, all) };
        const findings = await ask("file", informed, { ...version, wanted: waits });
        found.push({ ...inspected(subject, version, { findings, past: [] }), allowances });
      }
      return found;
    },
  };
}

/** Undefined where neither the policy nor a mark in the bytes gives a reason to read on. */
async function subjectOf(looking: Looking, version: Version): Promise<FileSubject | undefined> {
  const { project, root, policies, holders, recipientId } = looking;
  const { path, tracked } = version;
  const bytes = utf8Of(version.bytes);
  const needles = needlesIn(bytes);
  const governed = policies[0]?.governs(path);
  const governs: FileSubject["governs"] = (other) => policies[0]?.governs(other);
  if (governed === undefined && !rules.some(({ mark }) => mark?.({ path, bytes, needles, governs }))) {
    if (!policies.slice(1).some((set) => obliges(set, path)) && looking.pastOf(path).length === 0) return undefined;
  }
  const subject: FileSubject = {
    file: project.show(join(root, path)),
    show: (other) => project.show(join(root, other)),
    path,
    content: await readContent(version.bytes, path, needles),
    governed,
    policyFile: policies[0]?.policyFile(path),
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

/** By the newest policies in everything; by older ones in what was published, where the newest say nothing of it. */
async function findingsIn(
  looking: Looking,
  subject: FileSubject,
  version: Version,
): Promise<Pick<Inspected, "findings" | "past">> {
  const findings = await looking.ask("file", subject, { ...version, wanted: (rule) => !waits(rule) });
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

/** What an older policy finds: what is readable; and where there is no rule any more, or one that names nobody, who reads. */
async function findingsUnder(
  set: PolicySet,
  { ask }: Looking,
  { subject, version }: { subject: FileSubject; version: Version },
): Promise<Finding[]> {
  const governed = set.governs(subject.path);
  if (governed === undefined) return [];
  const isUnruled = subject.governed === undefined || namesNobody(subject.governed.ruling);
  const former = { ...subject, governed, governs: (path: string) => set.governs(path) };
  const exposed = await ask("file", former, { ...version, wanted: tellsOf("plaintext", "exposure") });
  const read = isUnruled ? await ask("file", former, { ...version, wanted: tellsOf("readers") }) : [];
  const origin = governed.origin ?? governed.policy.file;
  return [...exposed, ...read.map((found) => ({ ...found, message: `${found.message} (${origin})` }))].filter(
    ({ severity }) => severity !== "warning",
  );
}

function tellsOf(...kinds: readonly Rule["tells"][]): (rule: Rule) => boolean {
  return ({ tells }) => tells !== undefined && kinds.includes(tells);
}

function inspected(
  subject: FileSubject,
  version: Version,
  { findings, past }: Pick<Inspected, "findings" | "past">,
): Inspected {
  const { content, governed } = subject;
  const isClean = findings.length + past.length === 0;
  const { good, bad } = isClean ? { good: [], bad: [] } : allowancesOf({ ...version, file: subject.file });
  return { version, content, governed, findings, past, allowances: good, badAllowances: bad };
}

/** What stands in the file itself. */
export function allowancesOf({ file, path, bytes }: Pick<FileSubject, "file" | "path"> & Pick<Version, "bytes">) {
  return allowancesIn(new TextDecoder().decode(utf8Of(bytes)), file, path);
}
