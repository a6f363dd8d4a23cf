/** Do the readers, key groups and selection of a sops document agree with the policy? */
import type { SopsDocument } from "../documents/sops/document.ts";
import type { Metadata } from "../documents/sops/metadata.ts";
import { foreignEntries } from "../documents/sops/foreign.ts";
import {
  compareReaders,
  copiedEntries,
  isForeign,
  knownEntries,
  readerId,
  type KnownEntry,
  type ReadersDifference,
} from "../documents/sops/readers.ts";
import { DEFAULT_RULE, sameSettings, type SelectionSettings } from "../documents/sops/selection.ts";
import type { WantedReaders } from "../documents/sops/verbs.ts";
import { isMeant, type ForeignKey } from "../keys/entries/entry.ts";
import { onlyProgram } from "../keys/index.ts";
import type { Recipient } from "../keys/recipient.ts";
import type { Policy, Reader, Ruling } from "../policy/policy.ts";
import { sopsRecipients } from "../policy/sops-recipients.ts";
import { cannotEncrypt, cannotRenew, hostKeys, nameOf, namesOf, type Agreement, type Ruled } from "./agreement.ts";
import { opensToOthers } from "./group-access.ts";
import { movedLeaves } from "./left-unencrypted.ts";
import { wantedSettings } from "./wanted-settings.ts";

/**
 * The recipients of each key group that the rule asks for: one group, unless `key_groups` names more.
 * @param metadata of the file as it is, for the faces that do as well as others
 */
export async function wantedReaders(ruling: Ruling, metadata?: Metadata): Promise<WantedReaders> {
  const { groups, foreignGroups, foreign, threshold } = ruling.settings;
  const standing = await Promise.all((metadata?.groups ?? []).map(knownEntries));
  const recipients = standing.map((entries) => entries.flatMap(({ recipient }) => recipient ?? []));
  const wanted = (groups ?? [ruling.readers]).map((readers, index) => sopsRecipients(readers, recipients[index]));
  return { groups: wanted, foreign: foreignGroups ?? [foreign], threshold: threshold ?? 0 };
}

/** How many of the key groups that the rule asks for open a file. */
export function neededGroups({ groups, threshold }: WantedReaders): number {
  return needed(groups.length, threshold);
}

/** As sops takes a threshold of 0: all of several groups. */
function needed(groups: number, threshold: number): number {
  if (groups < 2) return 1;
  return threshold === 0 ? groups : threshold;
}

/** Whether people open a file who could not by the key groups of the rule: by fewer groups, or by others together. */
async function wrongAccess({ groups, threshold: written }: Metadata, ruling: Ruling): Promise<Access | undefined> {
  const {
    groups: wanted = [ruling.readers],
    foreignGroups = [ruling.settings.foreign],
    threshold = 0,
  } = ruling.settings;
  const [has, wants] = [needed(groups.length, written), needed(wanted.length, threshold)];
  if (has < wants) return { kind: "fewer", has, wants };
  const nameOf = ({ kind, name }: Reader) => `${kind} ${name}`;
  const foreignName = ({ type, id }: ForeignKey) => `${type}: ${id}`;
  const policy = wanted.map((group, index) => [...group.map(nameOf), ...(foreignGroups[index] ?? []).map(foreignName)]);
  const all = wanted.flat();
  const meant = foreignGroups.flat();
  const file = await Promise.all(
    groups.map(async (group) => {
      const ids = new Set((await knownEntries(group)).map(readerId));
      return [
        ...all.filter(({ keys }) => keys.some(({ id }) => ids.has(id))).map(nameOf),
        ...foreignEntries(group).map(({ key }) => foreignName(meant.find((each) => isMeant(each, key)) ?? key)),
      ];
    }),
  );
  return opensToOthers({ groups: file, needed: has }, { groups: policy, needed: wants })
    ? { kind: "others" }
    : undefined;
}

/** `fewer`: groups than the rule asks for open the file; `others`: who could not by the groups of the rule. */
export type Access =
  | { readonly kind: "fewer"; readonly has: number; readonly wants: number }
  | { readonly kind: "others" };

/** Whether a file of several key groups opens with another number of them than the rule asks for. */
export function hasOtherThreshold(metadata: Metadata, wanted: WantedReaders): boolean {
  if (wanted.groups.length < 2 || metadata.groups.length !== wanted.groups.length) return false;
  return needed(metadata.groups.length, metadata.threshold) !== neededGroups(wanted);
}

/** How a document differs from the rule: key group by key group, and in names for people. */
export interface DocumentDifference {
  readonly groups: ReadersDifference;
  readonly agreement: Agreement;
  /** Who reads against the rule, and who should: by the key, whatever its face. */
  readonly removed: readonly KnownEntry[];
  readonly added: readonly Recipient[];
  /** Keys that stand there by another face than the rule says. */
  readonly turned: readonly Recipient[];
  readonly access: Access | undefined;
  /** Whether the readers are right, and their groups, or how many of them it takes, are not. */
  readonly isRegrouped: boolean;
}

export async function compareDocument(document: SopsDocument, ruled: Ruled): Promise<DocumentDifference> {
  const { metadata } = document;
  const { policy, ruling } = ruled;
  const wanted = await wantedReaders(ruling, metadata);
  const groups = await compareReaders(metadata, wanted.groups, wanted.foreign);
  const known = recipientsIn(groups.removed);
  // Who only changes faces neither gains nor loses the file.
  const wantedIds = new Set(wanted.groups.flat().map(({ id }) => id));
  const standingIds = new Set([...groups.kept, ...groups.removed].map(readerId));
  const removed = groups.removed.filter((each) => !wantedIds.has(readerId(each)));
  const added = groups.added.filter(({ id }) => !standingIds.has(id));
  const gone = recipientsIn(removed);
  const turned = [...known, ...groups.added].filter((each) => !gone.includes(each) && !added.includes(each));
  const { missing, extra } = groups.foreign;
  const copied = await copiedLines(metadata, async () => policy);
  const isOtherThreshold = hasOtherThreshold(metadata, wanted);
  const onlyMoved =
    groups.differs && copied.length === 0 && groups.added.length + groups.removed.length + extra.length === 0;
  const settings = [
    ...settingsDifference(metadata.settings, wantedSettings(ruling, document.format)),
    ...namesOf(turned, policy, []).map((name) => `the key of ${name} is not in the form that \`as\` requires`),
    ...copied,
    ...(onlyMoved ? ["its key groups differ from those of the rule"] : []),
    ...(isOtherThreshold ? ["the number of key groups that it needs differs from the rule's"] : []),
  ];
  const unrenewable = [
    ...groups.foreign.kept.map(({ key }) => key.text),
    ...namesOf(recipientsIn(groups.kept.filter(isForeign)), policy, []),
  ];
  const missingForeign = [...missing.map(({ text }) => text), ...namesOf(groups.unservable, policy, ruling.readers)];
  const agreement: Agreement = {
    status: groups.differs || missingForeign.length + settings.length > 0 ? "differ" : "agree",
    missing: namesOf(added, policy, ruling.readers),
    extra: [...namesOf(gone, policy, ruling.readers), ...extra.map(({ key }) => key.text)],
    changed: [],
    strangers: groups.removed.length - known.length,
    missingUnknown: 0,
    missingForeign,
    settings,
    leftInClear: (await movedLeaves(document, ruling)).opened,
    unrenewable,
    stuck: stuckBy(groups, { metadata, wanted, settings, unrenewable, missingForeign }),
  };
  const access = await wrongAccess(metadata, ruling);
  return { groups, agreement, removed, added, turned, access, isRegrouped: onlyMoved || isOtherThreshold };
}

function recipientsIn(entries: readonly KnownEntry[]): Recipient[] {
  return entries.flatMap(({ recipient }) => recipient ?? []);
}

/** For people: entries of which one was replaced by a copy of the other. */
export async function copiedLines(metadata: Metadata, policy: () => Promise<Policy | undefined>): Promise<string[]> {
  return Promise.all(
    copiedEntries(metadata).map(async (age) => {
      const [known, named] = [await knownEntries({ age, others: new Map() }), await policy()];
      const names = known.map(({ entry, recipient }) => (recipient ? nameOf(recipient, named) : entry.recipient));
      return `the entries of ${[...new Set(names)].join(" and ")} are the same, so it opens for one of them only`;
    }),
  );
}

/** Why only another program can bring the document to the rule. */
function stuckBy(
  { removes, differs }: ReadersDifference,
  given: {
    readonly metadata: Metadata;
    readonly wanted: WantedReaders;
    readonly settings: readonly string[];
    readonly unrenewable: readonly string[];
    readonly missingForeign: readonly string[];
  },
): string | undefined {
  const { metadata, wanted, settings, unrenewable, missingForeign } = given;
  const isSplit = metadata.groups.length > 1 || wanted.groups.length > 1;
  const isRenewed = removes || (isSplit && differs) || hasOtherThreshold(metadata, wanted);
  if (isRenewed && unrenewable.length > 0) return cannotRenew(unrenewable);
  // A group of keys that are missing would be empty.
  const isServed = (group: readonly Recipient[]) => group.some((each) => onlyProgram(each) === undefined);
  if (!wanted.groups.every(isServed) && missingForeign.length > 0) return cannotEncrypt("sops", missingForeign);
  const isDone = !differs && settings.length === 0 && missingForeign.length > 0;
  return isDone ? "only sops can add what is missing" : undefined;
}

function settingsDifference(have: SelectionSettings, want: SelectionSettings): string[] {
  if (sameSettings(have, want)) return [];
  return [`it was encrypted with ${settingsText(have)}; the rule says ${settingsText(want)}`];
}

function settingsText({ rule, macOnlyEncrypted }: SelectionSettings): string {
  const { name, value } = rule ?? DEFAULT_RULE;
  return `${name}: ${value}${macOnlyEncrypted ? ", mac_only_encrypted" : ""}`;
}

/** Whether anybody but the policy's hosts may open it; keys that only sops knows count as a person's. */
export async function personMayOpen(metadata: Metadata, ruled: Ruled): Promise<boolean> {
  const hosts = new Set(hostKeys(ruled).map(({ id }) => id));
  const entries = (await Promise.all(metadata.groups.map(knownEntries))).flat();
  return metadata.groups.some(({ others }) => others.size > 0) || entries.some((entry) => !hosts.has(readerId(entry)));
}
