/** SEC004: do other people read the file than the policy names? */
import { agreement } from "../documents/age-readers.ts";
import type { AgeHeader } from "../documents/age-header.ts";
import type { SopsDocument } from "../documents/sops-document.ts";
import type { AgeEntry, OtherKeyType } from "../documents/sops-metadata.ts";
import { ageRecipients, type Reader } from "../policy/policy.ts";
import { rekeying } from "./commands.ts";
import { isEncryptedContent } from "./content.ts";
import type { Draft, FileRule, FileSubject, Governed } from "./finding.ts";
import { opensToOthers } from "./group-access.ts";
import { placesOfWords, shellWord } from "./place.ts";
import { sharedEntries } from "./reader-entries.ts";
import { leftoverStem } from "./sec013-leftovers.ts";
import { memberWith, namesNobody, namesOf, personOf, strangerWith } from "./readers.ts";

export const sec004: FileRule = {
  about: "file",
  id: "SEC004",
  title: "readers differ from the policy",
  severity: "error",
  explanation: {
    what: "The recipients that a file declares are not those that the policy gives for its path: somebody too many (an error), or somebody missing (a warning). Or the file is encrypted and no rule of the policy above it covers it (a warning), as after a slip in the policy or a move; an age file only if its name ends in .age, and no backup copy (x.yaml.bak). Also key groups that let others open it, or fewer (an error), other key groups (a warning), and keys of kinds (pgp, kms …) that the rule does not have; an entry of a sops file that somebody else can open too, or a second one for the same reader; and readers where the rule names nobody (a warning).",
    why: "The policy is changed in a second, the files are not: who has left a team still opens them, who has joined cannot. A file copied over another keeps the readers of its origin.",
    mend: "secrets rekey FILE brings it to the policy, with a new data key where somebody is removed; secrets rotate FILE writes the entry of each reader anew. Then change the values themselves: who was removed may have read them.",
    limits:
      "An age file tells its X25519 readers only where it carries the reader hint; without it, numbers and SSH tags are compared (SEC009). Either face of an ed25519 key (ssh-ed25519 or age1…) counts as the same reader. The keys behind pgp and kms entries are not compared; all of one kind count as one person's. An entry of a sops file is looked at from outside: one stanza, of the kind and with the tag of its recipient. Where a range, or what is staged, takes the rule of a path or its keys away, who reads too much by the policy before it is an error still; who is missing by that one is not told. Whether a file without a rule is read by the right people nobody can tell; where there is no policy, or none with a rule, nothing is said of it.",
  },
  inspect: async (subject) => {
    const { content, governed } = subject;
    const entries = content.kind === "sops" ? await sharedEntries(content.document, subject) : [];
    if (governed === undefined) return [...entries, ...unruledDrafts(subject)];
    if (content.kind !== "sops" && content.kind !== "age") return [];
    if (namesNobody(governed.ruling)) return [...entries, nobodyDraft()];
    const fix = rekeying(subject.file, governed);
    if (content.kind === "age") return ageDrafts(content.header, governed, fix);
    return [...entries, ...(await sopsDrafts({ document: content.document, governed, fix }, subject))];
  },
};

/** A slip in a path, or in an expression, must not be silence. */
function unruledDrafts({ content, policyFile, file, path }: FileSubject): Draft[] {
  // A copy that lies beside its original is none of its own, and what age encrypted under another name often a backup.
  const isMeant = leftoverStem(path) === undefined && (content.kind === "sops" || path.endsWith(".age"));
  if (policyFile === undefined || !isMeant || !isEncryptedContent(content)) return [];
  const message = `encrypted, but no rule of ${policyFile} covers it, so nobody can tell whether its readers are right`;
  const fix = `add a rule for it to ${shellWord(policyFile)}, then: secrets who ${shellWord(file)}`;
  return [{ severity: "warning", message, fix, subject: "no rule" }];
}

/** What the policy names is the list; a rule that names no key of ours says nothing of readers. */
async function ageDrafts(header: AgeHeader, { policy, ruling }: Governed, fix: string): Promise<Draft[]> {
  // Of a passphrase SEC009 speaks.
  if (ruling.readers.length === 0 || header.stanzas[0]?.args[0] === "scrypt") return [];
  const known = policy.members.flatMap(({ keys }) => keys);
  const found = await agreement(header, { wanted: ageRecipients(ruling.readers), known });
  if (found.status !== "differ") return [];
  const extra = [...new Set(found.extra.map((recipient) => personOf(recipient, policy)))].sort();
  return [
    ...extra.map((name) => extraDraft(name, fix)),
    ...namesOf(found.missing, ruling.readers).map((name) => missingDraft(name, fix)),
  ];
}

function nobodyDraft(): Draft {
  const message = "it has readers, and the rule for its path names nobody who could be one";
  return { severity: "warning", message, subject: "nobody" };
}

async function sopsDrafts(compared: Compared, subject: FileSubject): Promise<Draft[]> {
  const { document, governed, fix } = compared;
  const { settings, readers } = governed.ruling;
  const wanted = settings.groups ?? [readers];
  const groups = await Promise.all(
    document.metadata.groups.map(({ age }) =>
      Promise.all(age.map(async (entry) => ({ entry, id: await idOf(entry, subject) }))),
    ),
  );
  const drafts = [
    ...strangers(groups.flat(), compared),
    ...missing(groups.flat(), { readers, fix }),
    ...foreignDrafts(document, governed, fix),
    ...faceDrafts(groups.flat(), { readers, fix }),
  ];
  const grouped = groupDrafts(compared, groups, wanted);
  return [...drafts, ...grouped.filter(({ severity }) => severity === "error" || drafts.length === 0)];
}

interface Present {
  readonly entry: AgeEntry;
  readonly id: string;
}

async function idOf({ recipient }: AgeEntry, { recipientId }: FileSubject): Promise<string> {
  return (await recipientId(recipient)) ?? recipient;
}

interface Compared {
  readonly document: SopsDocument;
  readonly governed: Governed;
  readonly fix: string;
}

function strangers(present: readonly Present[], { document, governed, fix }: Compared): Draft[] {
  const wanted = new Set(governed.ruling.readers.flatMap(({ keys }) => keys.map(({ id }) => id)));
  const seen = new Set<string>();
  const recipients = present.map(({ entry }) => entry.recipient);
  const placeOf = placesOfWords(document.text, recipients, "first");
  return present.flatMap(({ entry, id }) => {
    if (wanted.has(id) || seen.has(id)) return [];
    seen.add(id);
    const name = memberWith(id, governed.policy);
    const who = name ?? strangerWith(entry.recipient);
    // One stranger in the place of another is news.
    return [{ ...extraDraft(who, fix), ...placeOf(entry.recipient), subject: name ?? `extra ${id}` }];
  });
}

function missing(present: readonly Present[], { readers, fix }: { readers: readonly Reader[]; fix: string }): Draft[] {
  const ids = new Set(present.map(({ id }) => id));
  const keys = readers.flatMap(({ keys }) => keys).filter(({ id }) => !ids.has(id));
  return namesOf(keys, readers).map((name) => missingDraft(name, fix));
}

/** Either face of an ed25519 key will do, unless the policy says `as: ssh` or `as: both`. */
function faceDrafts(
  present: readonly Present[],
  { readers, fix }: { readers: readonly Reader[]; fix: string },
): Draft[] {
  const faces = (id: string) =>
    present.filter((each) => each.id === id).map(({ entry }) => entry.recipient.split(" ")[0]);
  const turned = readers.filter(({ as, keys, ...reader }) =>
    keys.some(({ id, kind }) => {
      const found = kind === "ssh-ed25519" && reader.kind !== "literal" && as !== "age" ? faces(id) : [];
      const isComplete = found.includes("ssh-ed25519") && (as === "ssh" || found.length > 1);
      return found.length > 0 && !isComplete;
    }),
  );
  return turned.map(({ name }) => ({
    severity: "warning",
    message: `the key of ${name} does not stand there by the face that \`as\` says`,
    fix,
    subject: `${name} as`,
  }));
}

function extraDraft(name: string, fix: string): Draft {
  return {
    severity: "error",
    message: `${name} can read the file and is not among the readers that the policy names`,
    fix,
    subject: name,
  };
}

function missingDraft(name: string, fix: string): Draft {
  return {
    severity: "warning",
    message: `${name} cannot read the file, though the policy says so`,
    fix,
    subject: name,
  };
}

/** How a rule calls what a file calls otherwise. */
const IN_FILES: Readonly<Record<string, OtherKeyType>> = {
  azure_keyvault: "azure_kv",
  hc_vault_transit_uri: "hc_vault",
};

function kindInFiles(kind: string): string {
  return IN_FILES[kind] ?? kind;
}

function foreignDrafts({ metadata }: SopsDocument, { ruling }: Governed, fix: string): Draft[] {
  const wanted = new Set(ruling.settings.foreign.map(kindInFiles));
  const present = new Set<string>(metadata.groups.flatMap(({ others }) => [...others.keys()]));
  return [
    ...[...present].filter((kind) => !wanted.has(kind)).map((kind) => extraDraft(`a holder of a ${kind} key`, fix)),
    ...[...wanted]
      .filter((kind) => !present.has(kind))
      .map((kind) => missingDraft(`the holder of the ${kind} key`, fix)),
  ];
}

/** The same readers in all, but otherwise grouped: how many of them it takes is another matter. */
function groupDrafts(
  { document, governed, fix }: Compared,
  groups: readonly (readonly Present[])[],
  wanted: readonly (readonly Reader[])[],
): Draft[] {
  const { threshold, foreign, foreignGroups = [] } = governed.ruling.settings;
  const [has, wants] = [needed(groups.length, document.metadata.threshold), needed(wanted.length, threshold ?? 0)];
  if (has < wants) {
    const message = `${has} of its key groups open the file, and the policy asks for ${wants}`;
    return [{ severity: "error", message, fix, subject: "threshold" }];
  }
  const policy = wanted.map((group, index) => [...group.map(nameOf), ...(foreignGroups[index] ?? []).map(kindInFiles)]);
  const people = groups.map((group, index) => [
    ...holdersOf(group, wanted.flat()).map(nameOf),
    ...(document.metadata.groups[index]?.others.keys() ?? []),
  ]);
  if (opensToOthers({ groups: people, needed: has }, { groups: policy, needed: wants })) {
    const message = "its key groups let people open the file who could not by those of the policy";
    return [{ severity: "error", message, fix, subject: "access" }];
  }
  if (foreign.length > 0) return [];
  const same =
    groups.length === wanted.length &&
    groups.every((group, index) =>
      sameSet(
        group.map(({ id }) => id),
        idsOf(wanted[index] ?? []),
      ),
    );
  if (same && has === wants) return [];
  return [{ severity: "warning", message: "its key groups are not those of the policy", fix, subject: "groups" }];
}

/** Each reader by one name, in whichever groups; a kind of foreign keys has no blank in its own. */
function nameOf({ kind, name }: Reader): string {
  return `${kind} ${name}`;
}

function holdersOf(group: readonly Present[], readers: readonly Reader[]): Reader[] {
  const ids = new Set(group.map(({ id }) => id));
  return readers.filter(({ keys }) => keys.some(({ id }) => ids.has(id)));
}

function needed(groups: number, threshold: number): number {
  return groups < 2 ? 1 : threshold === 0 ? groups : threshold;
}

function idsOf(readers: readonly Reader[]): string[] {
  return readers.flatMap(({ keys }) => keys.map(({ id }) => id));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}
