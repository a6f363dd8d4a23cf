/**
 * Which stanzas do tests make, and how do they break them?
 */
import type { Stanza } from "age-encryption";
import { keyring } from "../../src/keys/index.ts";
import type { Recipient } from "../../src/keys/recipient.ts";

/** The file key of the tests. */
export const fileKey = Buffer.from("YELLOW SUBMARINE");

/** The stanza that a recipient makes for the file key of the tests. */
export async function stanzaFor(recipient: Recipient | undefined, ring = keyring, key = fileKey): Promise<Stanza> {
  const [stanza] = recipient === undefined ? [] : await ring.wrap(recipient, key);
  if (stanza === undefined) throw new Error("no stanza");
  return stanza;
}

/** The same stanza with other arguments or another body. */
export function altered(stanza: Stanza, { args = stanza.args, body = stanza.body }: Partial<Stanza>): Stanza {
  return { args, body };
}

/** The same bytes with one bit turned around. */
export function flipped(bytes: Uint8Array, offset: number, bit = 0): Buffer {
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(offset) ^ (1 << bit), offset);
  return damaged;
}
