/**
 * Is there anything in these bytes worth parsing?
 *
 * The prefilter: a few searches at memory speed, over every byte of a repository, so that only files that the policy
 * governs and those that carry one of these marks are read any further.
 */
import { base64Runs } from "../private-keys/encoded-runs.ts";
import { KEY_MARKS, mayBeBareKey } from "../private-keys/find.ts";

export interface Needles {
  /** Something that private keys begin with, or a text of base64 or hexadecimal long enough to hide one. */
  readonly key: boolean;
  /** An ENC text of sops. */
  readonly sealed: boolean;
  /** The word under which sops keeps its metadata. */
  readonly sops: boolean;
  /** That word, and a field that the metadata always has. */
  readonly metadata: boolean;
  /** The marks of an unfinished merge. */
  readonly conflict: boolean;
}

const SEALED = Buffer.from("ENC[AES256_GCM,");
const SOPS = Buffer.from("sops");
const FIELD = Buffer.from("lastmodified");
const CONFLICT = Buffer.from("<<<<<<< ");
const ENDS = Buffer.from(">>>>>>> ");

/** Begins an allowance in a file; with a blank in it only where a rule follows, since that may be a sentence. */
export const ALLOW_MARK = /\bsecrets:(?:allow\b|[ \t]+allow[ \t]+SEC\d{3})/;

/** What these bytes carry. UTF-16 has to be made UTF-8 before (`utf8Of`). */
export function needlesIn(bytes: Uint8Array): Needles {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sops = buffer.includes(SOPS);
  return {
    key:
      KEY_MARKS.some((mark) => buffer.includes(mark)) ||
      base64Runs(buffer).next().done !== true ||
      mayBeBareKey(buffer),
    sealed: buffer.includes(SEALED),
    sops,
    metadata: sops && buffer.includes(FIELD),
    conflict: buffer.includes(CONFLICT) && buffer.includes(ENDS),
  };
}
