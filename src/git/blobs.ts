/**
 * What is in these blobs?
 *
 * One `git cat-file --batch` for all of them, read as it comes: never a process per file, never more than one blob in memory
 * besides what the pipe holds.
 */
import { createHash } from "node:crypto";
import { SecretsError } from "../errors.ts";
import type { Git } from "./git.ts";

/** In bytes. Larger ones are not read whole, and whoever asked says so: no text in memory can hold more. */
export const MAX_BLOB = 512_000_000;

/** `bytes` is undefined where the object is not there (a partial or shallow clone) or is larger than `MAX_BLOB`. */
export type TakeBlob = (oid: string, bytes: Buffer | undefined) => void | Promise<void>;

/** Hands over every blob once, in the order of `oids`. @throws SecretsError `io`. */
export async function readBlobs(git: Git, oids: readonly string[], take: TakeBlob): Promise<void> {
  if (oids.length === 0) return;
  const reader = batchReader(take);
  await git.stream(["cat-file", "--batch", "--buffer"], Buffer.from(`${oids.join("\n")}\n`), reader.push);
  if (reader.taken() !== oids.length) throw new SecretsError("io", "git cat-file ended before its answer did");
}

/** The id that git would give to a file of these bytes, without filters. @param like an id of the same repository */
export function blobId(bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 40 ? "sha1" : "sha256");
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Puts the pieces of the pipe together again: per object a header line, the bytes, a line feed. */
function batchReader(take: TakeBlob) {
  let taken = 0;
  let header: { readonly oid: string; readonly size: number } | undefined;
  let pieces: Buffer[] = [];
  let held = 0;
  /** How many bytes of an object that is too large are still to come. */
  let skip = 0;

  const hand = async (oid: string, bytes: Buffer | undefined): Promise<void> => {
    taken += 1;
    const done = take(oid, bytes);
    if (done !== undefined) await done;
  };
  const skipped = (bytes: Buffer): Buffer => {
    const gone = Math.min(skip, bytes.length);
    skip -= gone;
    return bytes.subarray(gone);
  };
  /** The object, or the header, at the start of `rest`; answers what follows, or undefined where more has to come. */
  const next = async (rest: Buffer): Promise<Buffer | undefined> => {
    if (header !== undefined) {
      const { oid, size } = header;
      if (rest.length < size + 1) return undefined;
      header = undefined;
      await hand(oid, rest.subarray(0, size));
      return rest.subarray(size + 1);
    }
    const end = rest.indexOf(10);
    if (end === -1) return undefined;
    const [oid = "", kind = "", size = ""] = rest.toString("latin1", 0, end).split(" ");
    if (kind === "missing" || size === "" || Number(size) > MAX_BLOB) {
      skip = size === "" ? 0 : Number(size) + 1;
      await hand(oid, undefined);
    } else {
      header = { oid, size: Number(size) };
    }
    return skipped(rest.subarray(end + 1));
  };

  const push = async (piece: Uint8Array): Promise<void> => {
    const fresh = skipped(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    pieces.push(fresh);
    held += fresh.length;
    if (header !== undefined && held < header.size + 1) return;
    let rest: Buffer = Buffer.concat(pieces);
    for (let after = await next(rest); after !== undefined; after = await next(rest)) rest = after;
    pieces = [rest];
    held = rest.length;
  };
  return { push, taken: () => taken };
}
