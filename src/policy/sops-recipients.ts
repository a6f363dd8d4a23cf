/**
 * How are these readers written in a sops document?
 *
 * One key has two faces there: sops-nix and ssh-to-age users decrypt with the age face of an ed25519 SSH key. Pure.
 */
import type { Recipient } from "../keys/key-kind.ts";
import { x25519Recipient } from "../keys/x25519.ts";
import type { Reader } from "./policy.ts";

/**
 * The recipients of these readers: an ed25519 SSH key by its age face, unless the policy says `as: ssh` or `as: both`.
 * Without duplicates, in the order of the readers.
 */
export function sopsRecipients(readers: readonly Reader[]): Recipient[] {
  const seen = new Map<string, Recipient>();
  for (const reader of readers) {
    for (const key of reader.keys) {
      for (const face of facesOf(key, reader)) if (!seen.has(face.text)) seen.set(face.text, face);
    }
  }
  return [...seen.values()];
}

function facesOf(key: Recipient, { as }: Reader): Recipient[] {
  if (key.kind !== "ssh-ed25519" || as === "ssh") return [key];
  const twin = x25519Recipient(Buffer.from(key.id.slice("x25519:".length), "hex"));
  return as === "both" ? [twin, key] : [twin];
}
