/**
 * Where in these bytes is a private key written in hexadecimal?
 *
 * Hexadecimal is base64 to whoever looks for long runs of letters: only files that have one are looked at.
 */
import type { Run } from "./base64-runs.ts";

/** What private keys begin with, as far as its hexadecimal has no letters, which come in two cases: "PRIVATE ", "SECRET-", "PuTTY-". */
const MARKS = ["PRIVATE ", "SECRET-", "PuTTY-"].map((text) =>
  Buffer.from(/^\d+/.exec(Buffer.from(text).toString("hex"))?.[0] ?? ""),
);
/** A key of RSA with 16,384 bits fills half of it. */
const LONGEST = 64 * 1024;

/** For each mark the texts around it in their order, none longer than a key can be. */
export function hexRuns(bytes: Buffer): Generator<Run, void, undefined>[] {
  return MARKS.map((mark) => runsAround(bytes, mark));
}

function* runsAround(bytes: Buffer, mark: Buffer): Generator<Run, void, undefined> {
  for (let at = bytes.indexOf(mark); at !== -1;) {
    let [start, end] = [at, at + mark.length];
    while (at - start < LONGEST && isHex(bytes[start - 1])) start -= 1;
    while (end - at < LONGEST && isHex(bytes[end])) end += 1;
    // The mark begins with the first half of a byte.
    yield { start: start + ((at - start) % 2), end };
    at = bytes.indexOf(mark, end);
  }
}

function isHex(byte = 0): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
