/**
 * What does a line of an authorized_keys or `.pub` file hold?
 *
 * Type, base64 blob and comment (sshd(8)), without options: age allows none. The kinds decide what the blob means.
 */
import { decodePadded } from "../crypto/base64.ts";
import { SecretsError } from "../errors.ts";
import { kindOf } from "./index.ts";
import { wireReader } from "./ssh-wire.ts";

export interface SshPublicKey {
  readonly type: string;
  /** The public key in wire format, what tags and `ssh-keygen -l` hash. */
  readonly blob: Buffer;
  readonly comment: string;
}

/** @throws SecretsError `bad-key`. */
export function parseSshPublicKey(line: string): SshPublicKey {
  const [, type = "", encoded = "", comment = ""] = /^(\S+)[ \t]+(\S+)(?:[ \t]+(.*))?$/.exec(line.trim()) ?? [];
  const blob = decodePadded(encoded);
  if (blob === undefined || blob.length === 0) throw malformedKey(type);
  // What stands before the base64 is only a copy of what the blob says of itself.
  if (wireReader(blob).string()?.toString("latin1") !== type) throw malformedKey(type);
  return { type, blob, comment: comment.trim() };
}

/** @param type as far as it is known; only a word of the two kinds that can be used is repeated. */
export function malformedKey(type: string): SecretsError {
  return new SecretsError("bad-key", `malformed ${kindOf({ kind: type })?.name ?? "SSH"} public key`, {
    hint: "copy the whole line of the .pub file again",
  });
}
