/**
 * How is a public key shown to somebody who compares it with its source?
 *
 * An SSH key by the fingerprint that `ssh-keygen -l` prints, any other by its whole text. Pure.
 */
import { createHash } from "node:crypto";
import { encodeUnpadded } from "../crypto/base64.ts";
import type { Recipient } from "./recipient.ts";

/** `age1…`, or `ssh-ed25519 SHA256:…` with the comment behind it. */
export function shownKey({ text, comment }: Recipient): string {
  const [type = "", blob] = text.split(" ");
  const key = blob === undefined ? keyName({ text }) : `${type} ${fingerprint(blob)}`;
  return comment === "" ? key : `${key} (${comment})`;
}

/** What somebody is called whose key has no name: its text, unless that is as long as a page. */
export function keyName({ text }: Pick<Recipient, "text">): string {
  return text.length < LONGEST ? text : `${text.slice(0, 20)}…${text.slice(-8)}`;
}

/** The text of an RSA key of 4096 bits has 736 characters, that of a post-quantum key 1959. */
const LONGEST = 1000;

/** @param blob the wire format in base64 */
function fingerprint(blob: string): string {
  return `SHA256:${encodeUnpadded(createHash("sha256").update(Buffer.from(blob, "base64")).digest())}`;
}
