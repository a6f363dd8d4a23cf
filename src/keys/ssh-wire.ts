/**
 * What is written in SSH's own encoding?
 *
 * RFC 4251 section 5: four bytes of length before every string, integers in big-endian two's complement. Also the tag by
 * which a stanza names an SSH key (C2SP age.md).
 */
import { createHash } from "node:crypto";
import { encodeUnpadded } from "../crypto/base64.ts";

/** Reads one value after the other. Every call answers undefined once the bytes run out. */
export interface WireReader {
  readonly string: () => Buffer | undefined;
  readonly uint32: () => number | undefined;
  /** A positive integer in its only allowed spelling, without the leading zero byte. */
  readonly positive: () => Buffer | undefined;
  /** What was not read yet. */
  readonly rest: () => Buffer;
}

export function wireReader(bytes: Uint8Array): WireReader {
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const take = (size: number): Buffer | undefined => {
    if (rest.length < size) return undefined;
    const taken = rest.subarray(0, size);
    rest = rest.subarray(size);
    return taken;
  };
  const uint32 = (): number | undefined => take(4)?.readUInt32BE();
  const string = (): Buffer | undefined => {
    const size = uint32();
    return size === undefined ? undefined : take(size);
  };
  return { uint32, string, positive: () => positive(string()), rest: () => rest };
}

function positive(spelled: Buffer | undefined): Buffer | undefined {
  const [first, second] = spelled ?? [];
  if (spelled === undefined || first === undefined || first >= 0x80) return undefined;
  if (first !== 0) return spelled;
  // A leading zero is there only to keep the next byte from being a sign.
  return second !== undefined && second >= 0x80 ? spelled.subarray(1) : undefined;
}

/** An SSH string. */
export function wireString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param magnitude big-endian, without a leading zero byte. */
export function wirePositive(magnitude: Uint8Array): Buffer {
  const signed = (magnitude[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), magnitude]) : magnitude;
  return wireString(signed);
}

/** The tag of a public key: unpadded base64 of the first four bytes of SHA-256 over its wire blob. */
export function sshTag(blob: Uint8Array): string {
  return encodeUnpadded(createHash("sha256").update(blob).digest().subarray(0, 4));
}
