/**
 * How are these readers written in a sops document?
 *
 * One key has two faces there: sops-nix and ssh-to-age users decrypt with the age face of an ed25519 SSH key. Pure.
 */
import type { Recipient } from "../keys/recipient.ts";
import type { Reader } from "./policy.ts";

/**
 * The recipients of these readers: an ed25519 SSH key by its age face, unless the policy says `as: ssh` or `as: both`.
 * Where it says nothing, a face that stands in the file already does as well. Without duplicates, in the order of the readers.
 * @param standing the recipients that the file has
 */
export function sopsRecipients(readers: readonly Reader[], standing: readonly Recipient[] = []): Recipient[] {
  const seen = new Map<string, Recipient>();
  for (const reader of readers) {
    for (const key of reader.keys) {
      const there = isFree(reader) ? standing.filter(({ id }) => id === key.id) : [];
      for (const face of there.length > 0 ? there : facesOf(key, reader)) {
        if (!seen.has(face.text)) seen.set(face.text, face);
      }
    }
  }
  return [...seen.values()];
}

/** Whether the policy leaves it open which face is written. */
function isFree({ as, kind }: Reader): boolean {
  return as === "age" || kind === "literal";
}

/** A comment is part of a recipient for stock sops, so that only what stands literally in the policy keeps its own. */
function facesOf(key: Recipient, { as, kind }: Reader): Recipient[] {
  const own = kind === "literal" ? key : { ...key, comment: "" };
  if (key.twin === undefined || as === "ssh") return [own];
  const twin = { ...key.twin, comment: "" };
  return as === "both" ? [twin, own] : [twin];
}
