/**
 * Do the readers and the selection of a sops document agree with the policy, in names?
 */
import {
  compareReaders as compareGroups,
  copiedEntries,
  knownEntries,
  readerId,
  type ReadersDifference,
} from "../documents/sops-readers.ts";
import type { SopsDocument } from "../documents/sops-document.ts";
import type { Metadata } from "../documents/sops-metadata.ts";
import { DEFAULT_RULE, sameSettings, type SelectionSettings } from "../documents/sops-selection.ts";
import { neededShares } from "../documents/sops-unwrap.ts";
import type { WantedReaders } from "../documents/sops-verbs.ts";
import { SecretsError } from "../errors.ts";
import { wantedSettings } from "../findings/wanted-settings.ts";
import type { Policy, Ruling } from "../policy/policy.ts";
import { sopsRecipients } from "../policy/sops-recipients.ts";
import { leftInClear } from "./left-in-clear.ts";
import type { Ruled } from "./rule.ts";
import { hostKeys, nameOf, namesOf, type Agreement } from "./readers.ts";

/**
 * The recipients of each key group that the rule asks for: one group, unless `key_groups` names more.
 * @param metadata of the file as it is, for the faces that do as well as others
 */
export async function wantedReaders(ruling: Ruling, metadata?: Metadata): Promise<WantedReaders> {
  const { groups, threshold } = ruling.settings;
  const standing = await Promise.all((metadata?.groups ?? []).map(knownEntries));
  const recipients = standing.map((entries) => entries.flatMap(({ recipient }) => recipient ?? []));
  const wanted = (groups ?? [ruling.readers]).map((readers, index) => sopsRecipients(readers, recipients[index]));
  return { groups: wanted, threshold: threshold ?? 0 };
}

/** Whether a file of several key groups opens with another number of them than the rule asks for. */
export function hasOtherThreshold(metadata: Metadata, { groups, threshold }: WantedReaders): boolean {
  if (groups.length < 2 || metadata.groups.length !== groups.length) return false;
  return neededShares(metadata) !== (threshold === 0 ? groups.length : threshold);
}

export { sopsRecipients, wantedSettings };

/** How a document differs from the rule: key group by key group, and in names for people. */
export interface DocumentDifference {
  readonly groups: ReadersDifference;
  readonly agreement: Agreement;
}

export async function compareDocument(document: SopsDocument, ruled: Ruled): Promise<DocumentDifference> {
  const { metadata } = document;
  const { policy } = ruled.file;
  const wanted = await wantedReaders(ruled.ruling, metadata);
  const groups = await compareGroups(metadata, wanted.groups);
  const known = groups.removed.flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));
  // Who only changes faces neither gains nor loses the file.
  const wantedIds = new Set(wanted.groups.flat().map(({ id }) => id));
  const standingIds = new Set([...groups.kept, ...groups.removed].map(readerId));
  const removed = known.filter(({ id }) => !wantedIds.has(id));
  const added = groups.added.filter(({ id }) => !standingIds.has(id));
  const turned = [...known, ...groups.added].filter((each) => !removed.includes(each) && !added.includes(each));
  const copied = await copiedLines(metadata, async () => policy);
  const onlyMoved = groups.differs && copied.length === 0 && groups.added.length + groups.removed.length === 0;
  const settings = [
    ...settingsDifference(metadata.settings, wantedSettings(ruled.ruling)),
    ...namesOf(turned, policy, []).map(
      (name) => `the key of ${name} does not stand there by the face that \`as\` says`,
    ),
    ...copied,
    ...(onlyMoved ? ["its key groups are not those of the rule"] : []),
    ...(hasOtherThreshold(metadata, wanted) ? ["the number of key groups that it takes is not that of the rule"] : []),
  ];
  const agreement: Agreement = {
    status: groups.differs || settings.length > 0 ? "differ" : "agree",
    missing: namesOf(added, policy, ruled.ruling.readers),
    extra: namesOf(removed, policy, ruled.ruling.readers),
    strangers: groups.removed.length - known.length,
    missingUnknown: 0,
    settings,
    leftInClear: await leftInClear(document, ruled.ruling),
  };
  return { groups, agreement };
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

/** @throws SecretsError `refused`: the rule asks for keys that only sops can serve. */
export function refuseForeignRule(file: string, ruling: Ruling): void {
  if (ruling.settings.foreign.length === 0) return;
  throw new SecretsError(
    "refused",
    `the rule asks for keys of type ${ruling.settings.foreign.join(", ")}, which only sops can make`,
    {
      at: ruling.at,
      hint: `create ${file} with sops; its age readers can be changed here afterwards`,
    },
  );
}
