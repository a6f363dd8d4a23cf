/**
 * Who reads, where several lists name the same ones?
 *
 * Each reader once, in the place where it is named first. Pure.
 */
import type { Recipient } from "../keys/recipient.ts";
import { keyName } from "../keys/shown-key.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import type { Face, Reader } from "./policy.ts";

/** The readers without duplicates. One that is named itself anywhere reads through no team. */
export function union(readers: Iterable<Reader>): Reader[] {
  const seen = new Map<string, Reader>();
  for (const reader of readers) {
    const key = reader.kind === "literal" ? `literal ${reader.keys[0]?.id}` : `member ${reader.name}`;
    const earlier = seen.get(key);
    seen.set(key, earlier === undefined ? reader : joined(earlier, reader));
  }
  return [...seen.values()];
}

function joined(a: Reader, b: Reader): Reader {
  const through = a.through.length === 0 || b.through.length === 0 ? [] : a.through;
  const keys = new Map(a.keys.map((key) => [key.id, key]));
  for (const key of b.keys) {
    // Of the two faces of one key, the SSH one is kept: the other can be made from it, not the other way round.
    if (!keys.has(key.id) || key.twin !== undefined) keys.set(key.id, key);
  }
  const merged = { ...a, keys: [...keys.values()], as: joinedFace(a, b), through };
  const [key] = merged.keys;
  const isNameless = a.kind === "literal" && looksLikeRecipient(a.name);
  return isNameless && key !== undefined ? { ...merged, name: keyName(key) } : merged;
}

/** `as` speaks of ed25519 SSH keys only, so a list that holds none has no say unless it names the other face of one. */
function joinedFace(a: Reader, b: Reader): Face {
  if (a.as === b.as) return a.as;
  const sharesKey = a.keys.some(({ id }) => b.keys.some((key) => key.id === id));
  if (sharesKey || (hasSsh(a.keys) && hasSsh(b.keys))) return "both";
  return hasSsh(a.keys) ? a.as : b.as;
}

function hasSsh(keys: readonly Recipient[]): boolean {
  return keys.some(({ twin }) => twin !== undefined);
}
