/**
 * Who gains access by a write, and who loses it?
 *
 * Said by every write before it happens, whether anybody asked for notes or not: a policy that was changed behind
 * somebody's back shows when it first takes effect.
 */
import { shownKey } from "../../keys/shown-key.ts";
import { without } from "../../keys/distinct.ts";
import type { Recipient } from "../../keys/recipient.ts";
import type { KnownReaders } from "../../documents/age/header.ts";

/** The readers of one file, before a write and after it. */
export interface AccessChange {
  /** As it is shown. */
  readonly file: string;
  readonly after: readonly Recipient[];
  /** Undefined: the file is new. */
  readonly before: KnownReaders | undefined;
  /** The name of whoever holds a key, now or before; undefined where nobody knows. */
  readonly nameOf: (key: Recipient) => string | undefined;
}

/** One thing to say, and the files that it is said of. */
export interface AccessNotice {
  readonly text: string;
  readonly files: readonly string[];
}

/** One notice per set of readers of new files, and one per person whose access to other files changes. */
export function accessNotices(accesses: readonly AccessChange[]): AccessNotice[] {
  const whole = new Map<string, string[]>();
  const changes = new Map<string, string[]>();
  for (const access of accesses) {
    const { file, after, before } = access;
    if (before === undefined) append(whole, people(after, access), file);
    else if (before.unknown === 0) for (const change of personChanges(access)) append(changes, change, file);
    // Whoever may have read it before cannot be told from whoever gains access.
    else if (without(after, before.known).length > 0) append(whole, people(after, access), file);
  }
  return [
    ...[...whole].map(([readers, files]) => ({ text: `${filesText(files)}: readable by ${readers}`, files })),
    ...[...changes].map(([change, files]) => ({ text: `${change}: ${filesText(files)}`, files })),
  ];
}

function personChanges({ after, before, nameOf }: AccessChange): string[] {
  const known = before?.known ?? [];
  const [added, removed] = [byPerson(without(after, known), nameOf), byPerson(without(known, after), nameOf)];
  const kept = byPerson(without(known, without(known, after)), nameOf);
  const gains = [...added].map(([person, keys]) => {
    const was = removed.get(person);
    if (was !== undefined) return `the key of ${person} changes, was ${keysText(was)}, now ${keysText(keys)}`;
    return kept.has(person) ? `${person} gains access by another key, ${keysText(keys)}` : `${person} gains access`;
  });
  const losses = [...removed].map(([person, keys]) => {
    if (added.has(person)) return [];
    return kept.has(person) ? `${person} loses access by one key, ${keysText(keys)}` : `${person} loses access`;
  });
  return [...gains, ...losses.flat()];
}

function keysText(keys: readonly Recipient[]): string {
  return keys.map(shownKey).join(", ");
}

function people(keys: readonly Recipient[], { nameOf }: AccessChange): string {
  return [...byPerson(keys, nameOf).keys()].join(", ") || "nobody";
}

/** Whoever has no name is called by the key. */
function byPerson(keys: readonly Recipient[], nameOf: AccessChange["nameOf"]): Map<string, Recipient[]> {
  const found = new Map<string, Recipient[]>();
  for (const key of keys) append(found, nameOf(key) ?? shownKey(key), key);
  return found;
}

function filesText(files: readonly string[]): string {
  return files.length <= 3 ? files.join(", ") : `${files.length} files`;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
