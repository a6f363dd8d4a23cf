/**
 * How is a public key shown to somebody who compares it with its source?
 *
 * An SSH key by the fingerprint that `ssh-keygen -l` prints, any other by its whole text. Pure.
 */
import { createHash } from "node:crypto";
import { encodeUnpadded } from "../crypto/base64.ts";
import type { Recipient } from "./key-kind.ts";

/** `age1…`, or `ssh-ed25519 SHA256:…` with the comment behind it. */
export function shownKey({ text, comment }: Recipient): string {
  const [type = "", blob] = text.split(" ");
  const key = blob === undefined ? text : `${type} ${fingerprint(blob)}`;
  return comment === "" ? key : `${key} (${comment})`;
}

/** @param blob the wire format in base64 */
function fingerprint(blob: string): string {
  return `SHA256:${encodeUnpadded(createHash("sha256").update(Buffer.from(blob, "base64")).digest())}`;
}
