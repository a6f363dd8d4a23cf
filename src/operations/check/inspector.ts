/**
 * What do the rules find in one version of one file?
 *
 * Looks for marks first, and reads on only where the policy governs the path or a mark is there. Remembers what is
 * encrypted and for whom, so that a private key can be told with every file that it opens.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readersOf } from "../../documents/age-readers.ts";
import { isAge } from "../../documents/header-bytes.ts";
import { readContent, type Content } from "../../findings/content.ts";
import type { Draft, FileSubject, Finding, Governed, KeyHolder, RuleId } from "../../findings/finding.ts";
import { fileRules } from "../../findings/index.ts";
import { needlesIn, utf8Of } from "../../findings/needles.ts";
import { findPrivateKeys } from "../../findings/private-keys/find.ts";
import { leftoverStem } from "../../findings/sec013-leftovers.ts";
import { allowancesIn, type Allowance, type BadAllowance } from "../../findings/suppressions.ts";
import { isExempt } from "../../policy/enforcement.ts";
import type { Policy, Reader } from "../../policy/policy.ts";
import { parseRecipient } from "../../keys/index.ts";
import type { Project } from "../project.ts";
import type { PolicySet } from "./policies.ts";
import type { Version } from "./scope.ts";

/** What was found in one version. */
export interface Inspected {
  readonly version: Version;
  readonly content: Content;
  readonly governed: Governed | undefined;
  readonly findings: readonly Finding[];
  /** Permissions that stand in the file. */
  readonly allowances: readonly Allowance[];
  readonly badAllowances: readonly BadAllowance[];
}

export interface InspectorOptions {
  readonly project: Project;
  /** Absolute. */
  readonly root: string;
  readonly policies: readonly PolicySet[];
  readonly listing: () => Promise<readonly string[]>;
}

export interface Inspector {
  /** Undefined where nothing about the version needs a closer look. */
  readonly inspect: (version: Version) => Promise<Inspected | undefined>;
  /** What can be said only when everything was looked at: private keys of readers. */
  readonly finish: () => Promise<Inspected[]>;
  /** A draft of a rule about this file as a finding. */
  readonly finding: (rule: RuleId, draft: Draft, file: { path: string; commit?: string | undefined }) => Finding;
}

/** Rules whose findings tell that something was published, so that the policy of an older commit counts for them too. */
export const EXPOSURE: ReadonlySet<RuleId> = new Set(["SEC001", "SEC002", "SEC003", "SEC013"]);

export function createInspector(options: InspectorOptions): Inspector {
  const { project, root, policies } = options;
  const [primary] = policies;
  const holders = keyHolders(options);
  const recipientId = recipientIds(policies);
  const waiting: { readonly subject: FileSubject; readonly version: Version }[] = [];
  const show = (path: string) => project.show(join(root, path));
  const finding = (
    rule: RuleId,
    draft: Draft,
    { path, commit }: { path: string; commit?: string | undefined },
  ): Finding => ({
    ...draft,
    rule,
    path,
    commit,
    at: { file: show(path), line: draft.line, column: draft.column },
    fingerprint: createHash("sha256")
      .update([rule, path, draft.subject ?? ""].join("\0"))
      .digest("hex")
      .slice(0, 16),
  });
  const managesWith = (set: PolicySet | undefined) => (path: string) =>
    set?.governs(path)?.enforcement === "always" && !isExempt(path);

  const inspect = async (version: Version): Promise<Inspected | undefined> => {
    const { path, bytes, commit } = version;
    const searched = utf8Of(bytes);
    const needles = needlesIn(searched);
    const governed = primary?.governs(path);
    const obliges = policies.some((set) => (set.governs(path)?.enforcement ?? "never") !== "never");
    const marked = needles.key || (needles.sops && needles.sealed) || isAge(bytes) || path.endsWith(".age");
    if (!obliges && governed === undefined && !marked && leftoverStem(path) === undefined) return undefined;

    const content = await readContent(bytes, path, needles);
    const keys = needles.key ? await findPrivateKeys(searched) : [];
    const subject: FileSubject = {
      file: show(path),
      path,
      bytes: searched,
      content,
      governed,
      keys,
      holder: (ids) => holders.find(ids),
      recipientId,
      tracked: version.tracked,
      manages: managesWith(primary),
      now: project.host.now(),
    };
    if (commit === undefined) await holders.remember(subject);
    if (holders.find(keys.flatMap(({ ids }) => ids)) !== undefined) waiting.push({ subject, version });
    const findings = (await draftsOf(subject, (id) => id !== "SEC008")).map(({ rule, draft }) =>
      finding(rule, draft, version),
    );
    for (const set of policies.slice(1)) {
      const other = { ...subject, governed: set.governs(path), manages: managesWith(set) };
      if (other.governed === undefined) continue;
      for (const { rule, draft } of await draftsOf(other, (id) => EXPOSURE.has(id))) {
        const also = finding(rule, draft, version);
        const known = findings.some((one) => one.rule === rule && one.fingerprint === also.fingerprint);
        if (!known && also.severity !== "warning") findings.push(also);
      }
    }
    return {
      version,
      content,
      governed,
      findings,
      ...permissions(searched, findings.length, { file: show(path), path }),
    };
  };

  const finish = async (): Promise<Inspected[]> => {
    const found: Inspected[] = [];
    const all = waiting.length === 0 ? [] : await options.listing();
    for (const { subject, version } of waiting) {
      const drafts = await draftsOf({ ...subject, holder: (ids) => holders.find(ids, all) }, (id) => id === "SEC008");
      const findings = drafts.map(({ rule, draft }) => finding(rule, draft, version));
      const { content, governed, bytes, file, path } = subject;
      found.push({ version, content, governed, findings, ...permissions(bytes, findings.length, { file, path }) });
    }
    return found;
  };
  return { inspect, finish, finding };
}

async function draftsOf(
  subject: FileSubject,
  wanted: (id: RuleId) => boolean,
): Promise<{ readonly rule: RuleId; readonly draft: Draft }[]> {
  const found: { rule: RuleId; draft: Draft }[] = [];
  for (const { id, inspect } of fileRules) {
    if (!wanted(id)) continue;
    for (const draft of await inspect(subject)) found.push({ rule: id, draft });
  }
  return found;
}

function permissions(bytes: Uint8Array, findings: number, { file, path }: { file: string; path: string }) {
  if (findings === 0) return { allowances: [], badAllowances: [] };
  const { good, bad } = allowancesIn(new TextDecoder().decode(bytes), file, path);
  return { allowances: good, badAllowances: bad };
}

/** The ids of public keys by their text; those of the policy are known without parsing them again. */
function recipientIds(policies: readonly PolicySet[]): (text: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  for (const { policy } of policies.flatMap(({ entries }) => entries)) {
    for (const { keys } of policy === undefined ? [] : everybody(policy)) {
      for (const { text, id } of keys) known.set(text, Promise.resolve(id));
    }
  }
  return (text) => {
    const plain = text
      .trim()
      .split(/\s+/)
      .slice(0, text.startsWith("age1") ? 1 : 2)
      .join(" ");
    const before = known.get(plain);
    if (before !== undefined) return before;
    const parsed = parseRecipient(plain).then(
      ({ id }) => id,
      () => undefined,
    );
    known.set(plain, parsed);
    return parsed;
  };
}

/** Members first, then those whom rules name by their keys. */
function everybody(policy: Policy): readonly Pick<Reader, "name" | "kind" | "keys">[] {
  const exact = policy.exactPaths.flatMap((path) => policy.rule(path)?.readers ?? []);
  return [...policy.members, ...policy.creationRules.flatMap(({ readers }) => readers), ...exact];
}

/** Who holds which key, and which files name its reader. */
function keyHolders({ policies, project, root }: InspectorOptions) {
  /** Encrypted files with the ids of those of their readers that are known. */
  const encrypted = new Map<string, ReadonlySet<string>>();
  /** Files that were looked at and are no secrets of anybody. */
  const clear = new Set<string>();

  const opens = (id: string, listing: readonly string[]): string[] => {
    const found = new Set([...encrypted].filter(([, ids]) => ids.has(id)).map(([path]) => path));
    for (const path of listing) {
      if (clear.has(path)) continue;
      const governed = policies[0]?.governs(path);
      const reads = governed?.ruling.readers.some(({ keys }) => keys.some((key) => key.id === id));
      const isSecret = encrypted.has(path) || (governed?.enforcement === "always" && !isExempt(path));
      if (reads === true && isSecret) found.add(path);
    }
    return [...found].sort().map((path) => project.show(join(root, path)));
  };

  const find = (ids: readonly string[], all: readonly string[] = []): KeyHolder | undefined => {
    if (ids.length === 0) return undefined;
    for (const policy of policies.flatMap(({ entries }) => entries.flatMap(({ policy }) => policy ?? []))) {
      const found = everybody(policy).find(({ keys }) => keys.some(({ id }) => ids.includes(id)));
      const id = found?.keys.find(({ id }) => ids.includes(id))?.id;
      if (found === undefined || id === undefined) continue;
      return {
        name: found.name,
        kind: found.kind,
        get opens() {
          return opens(id, all);
        },
      };
    }
    return undefined;
  };

  const remember = async ({ content, governed, path, recipientId }: FileSubject): Promise<void> => {
    if (content.kind === "plain") clear.add(path);
    if (content.kind === "sops") {
      const texts = content.document.metadata.groups.flatMap(({ age }) => age.map(({ recipient }) => recipient));
      const ids = await Promise.all(texts.map(recipientId));
      encrypted.set(path, new Set(ids.filter((id) => id !== undefined)));
    } else if (content.kind === "age" && governed !== undefined) {
      const known = governed.policy.members.flatMap(({ keys }) => keys);
      const { readers } = await readersOf(content.header, known);
      encrypted.set(path, new Set(readers.map(({ id }) => id)));
    }
  };
  return { find, remember };
}
