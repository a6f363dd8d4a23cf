/**
 * May everybody read this who will, and who has to be told?
 *
 * The last question before every write of a secret, wherever the verb began: keys that the user did not confirm stop it, and
 * whoever gains access is named, whether anybody asked for notes or not: a policy that was changed behind somebody's back shows when it
 * first takes effect.
 */
import { grouped, without } from "../../keys/distinct.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { shownKey } from "../../keys/shown-key.ts";
import type { KnownReaders } from "../../documents/age/header.ts";
import { requireConfirmed, type Readable } from "../identities/confirmed-keys.ts";
import { formerKeys } from "../identities/former-keys.ts";
import type { Project } from "../project/project.ts";

/** A file that is about to be written, by who will read it and who does. */
export interface Grant extends Readable {
  /** Undefined: the file is new. */
  readonly standing: KnownReaders | undefined;
  /** Whoever writes named the recipients, and so nobody else has to be asked whether they are right. */
  readonly byHand?: boolean | undefined;
}

/** A grant in the policy's words. */
export interface Access extends Pick<Grant, "file" | "recipients" | "standing"> {
  /** The name of whoever holds a key, now or before; undefined where nobody knows. */
  readonly nameOf: (key: Recipient) => string | undefined;
}

/** @throws SecretsError what `requireConfirmed` throws */
export async function admit(project: Project, grants: readonly Grant[]): Promise<void> {
  await requireConfirmed(
    project,
    grants.filter(({ byHand }) => byHand !== true),
  );
  const accesses = await Promise.all(grants.map((grant) => accessOf(project, grant)));
  for (const { text, files } of accessNotices(accesses)) {
    project.say(text);
    if (!files.every((file) => text.includes(file))) for (const file of files) project.detail(`  ${file}`);
  }
}

async function accessOf(project: Project, { path, file, recipients, ruled, standing }: Grant): Promise<Access> {
  const policyFile = ruled?.file ?? (await project.policy(path).catch(() => undefined));
  const isNameless = (key: Recipient) => policyFile?.policy.nameOf(key) === undefined;
  const former =
    policyFile !== undefined && standing?.known.some(isNameless) === true
      ? await formerKeys(project, policyFile)
      : undefined;
  // An SSH key without a name is shown as it was written, not as the age1 face that a sops document has of it.
  const written = new Map(ruled?.ruling.readers.flatMap(({ keys }) => keys.map((key) => [key.id, shownKey(key)])));
  const named = (key: Recipient) => policyFile?.policy.nameOf(key) ?? former?.get(key.id)?.name ?? written.get(key.id);
  return { file, recipients, standing, nameOf: named };
}

/** One thing to say, and the files that it is said of. */
interface Notice {
  readonly text: string;
  readonly files: readonly string[];
}

/** @internal One notice per set of readers of new files, and one per person whose access to other files changes. */
export function accessNotices(accesses: readonly Access[]): Notice[] {
  const whole = new Map<string, string[]>();
  const changes = new Map<string, string[]>();
  for (const access of accesses) {
    const { file, recipients, standing } = access;
    // Whoever may have read it before cannot be told from whoever gains access.
    if (standing?.unknown === 0) {
      for (const change of personChanges(access)) append(changes, change, file);
    } else if (standing === undefined || without(recipients, standing.known).length > 0) {
      append(whole, people(access), file);
    }
  }
  return [
    ...[...whole].map(([readers, files]) => ({ text: `${filesText(files)}: readable by ${readers}`, files })),
    ...[...changes].map(([change, files]) => ({ text: `${change}: ${filesText(files)}`, files })),
  ];
}

/** Whoever has no name is called by the key. */
function byPerson(keys: readonly Recipient[], { nameOf }: Access): Map<string, Recipient[]> {
  return grouped(keys, (key) => nameOf(key) ?? shownKey(key));
}

function people(access: Access): string {
  return [...byPerson(access.recipients, access).keys()].join(", ") || "nobody";
}

function personChanges(access: Access): string[] {
  const { recipients: after } = access;
  const before = access.standing?.known ?? [];
  const [added, removed] = [byPerson(without(after, before), access), byPerson(without(before, after), access)];
  const kept = byPerson(without(before, without(before, after)), access);
  const gains = [...added].map(([person, keys]) => {
    const was = removed.get(person);
    if (was !== undefined) return `the key of ${person} changes, was ${keysText(was)}, now ${keysText(keys)}`;
    return kept.has(person) ? `${person} gains access with another key, ${keysText(keys)}` : `${person} gains access`;
  });
  const losses = [...removed].map(([person, keys]) => {
    if (added.has(person)) return [];
    return kept.has(person) ? `${person} loses access with one key, ${keysText(keys)}` : `${person} loses access`;
  });
  return [...gains, ...losses.flat()];
}

function keysText(keys: readonly Recipient[]): string {
  return keys.map(shownKey).join(", ");
}

function filesText(files: readonly string[]): string {
  return files.length <= 3 ? files.join(", ") : `${files.length} files`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
