/** What does a sops document tell without a key? */
import { compareDocument } from "../../agreement/sops-document.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { foreignEntries } from "../../documents/sops/foreign.ts";
import type { KeyGroup, Metadata } from "../../documents/sops/metadata.ts";
import { knownEntries } from "../../documents/sops/readers.ts";
import { neededShares, openingOf } from "../../documents/sops/unwrap.ts";
import type { CanOpen, Recipient } from "../../keys/recipient.ts";
import type { IdentityRing } from "../identities/identities.ts";
import type { Project } from "../project/project.ts";
import type { RuledFile } from "../project/rule.ts";
import { inNames, namesOfReaders } from "./declared-readers.ts";
import type { Look } from "./secret.ts";
import { recipientsIn } from "./sops-document.ts";

export async function whatSopsTells(
  project: Project,
  document: SopsDocument,
  ruled: RuledFile | undefined,
): Promise<Look> {
  const { metadata } = document;
  const perGroup = await Promise.all(metadata.groups.map(recipientsIn));
  const known = perGroup.flat();
  const unnamed = metadata.groups.flatMap(({ age }) => age).length - known.length;
  const found = ruled && (await compareDocument(document, ruled)).agreement;
  const { names, agreement } = await inNames(project, found, { standing: known, ruled });
  return {
    format: document.format.name,
    agreement,
    declared: {
      names,
      others: [...(unnamed > 0 ? [`${unnamed} unnamed`] : []), ...foreignCounts(metadata)],
      groups:
        metadata.groups.length < 2
          ? undefined
          : { needed: neededShares(metadata), names: groupNames(metadata, perGroup, ruled) },
    },
    standing: { known, unknown: 0 },
    tells: true,
    isForPassphrase: false,
  };
}

/** Entries that only sops can open, as `2 pgp`. */
function foreignCounts(metadata: Metadata): string[] {
  const counts = new Map<string, number>();
  for (const { others } of metadata.groups) {
    for (const [type, entries] of others) counts.set(type, (counts.get(type) ?? 0) + entries.length);
  }
  return [...counts].map(([type, count]) => `${count} ${type}`);
}

/** The readers of each key group, foreign keys among them. */
function groupNames(
  { groups }: Metadata,
  recipients: readonly (readonly Recipient[])[],
  ruled: RuledFile | undefined,
): string[][] {
  return groups.map((group, index) => [
    ...namesOfReaders(recipients[index] ?? [], ruled),
    ...foreignEntries(group).map(({ key }) => key.text),
  ]);
}

/** How many of the key groups the available keys open, found out without a question. */
export async function openedGroups({ groups }: Metadata, ring: IdentityRing): Promise<number | undefined> {
  if (groups.length < 2) return undefined;
  const answers = await Promise.all(groups.map((group) => canOpenGroup(group, ring)));
  return answers.filter((answer) => answer === "yes").length;
}

/** Whether the available keys open it, found out without a question. */
export async function canOpenDocument(metadata: Metadata, ring: IdentityRing): Promise<CanOpen> {
  const answers = await Promise.all(metadata.groups.map((group) => canOpenGroup(group, ring)));
  const needed = neededShares(metadata);
  if (answers.filter((answer) => answer === "yes").length >= needed) return "yes";
  return answers.filter((answer) => answer !== "no").length >= needed ? "with a passphrase" : "no";
}

async function canOpenGroup(group: KeyGroup, ring: IdentityRing): Promise<CanOpen> {
  let best: CanOpen = "no";
  for (const known of await knownEntries(group)) {
    const opening = await openingOf(known).catch(() => undefined);
    const answer = opening === undefined ? "no" : await ring.canOpen(opening);
    if (answer === "yes") return answer;
    if (answer === "with a passphrase") best = answer;
  }
  return best;
}
