/**
 * Which private keys are in these bytes, in clear or wrapped in base64 once or twice?
 *
 * Decoded, not guessed: what a checksum or a structure proves is told from what only looks like a key. The code of each kind
 * is loaded when its mark is there.
 */
import { base64Runs } from "./base64-runs.ts";
import type { FoundKey as KeyInText } from "./found-key.ts";

export interface FoundKey extends KeyInText {
  /** How many times it is wrapped in base64. `offset` is where the outermost text begins, in bytes of the file. */
  readonly wrapped: 0 | 1 | 2;
}

/** In the order of the file. @param bytes UTF-8 or any other one-byte text; see `utf8Of`. */
export async function findPrivateKeys(bytes: Uint8Array): Promise<FoundKey[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: FoundKey[] = (await keysIn(buffer)).map((key) => ({ ...key, wrapped: 0 }));
  for (const run of base64Runs(buffer)) {
    const offset = run.start;
    const once = decoded(buffer.subarray(run.start, run.end));
    for (const key of await keysIn(once)) found.push({ ...key, offset, wrapped: 1 });
    for (const inner of base64Runs(once)) {
      const twice = decoded(once.subarray(inner.start, inner.end));
      for (const key of await keysIn(twice)) found.push({ ...key, offset, wrapped: 2 });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

function decoded(run: Buffer): Buffer {
  return Buffer.from(run.toString("latin1").replaceAll("\\n", ""), "base64");
}

async function keysIn(bytes: Buffer): Promise<KeyInText[]> {
  const [age, armored, putty] = [
    bytes.includes("AGE-SECRET-KEY-") || bytes.includes("AGE-PLUGIN-"),
    bytes.includes("PRIVATE KEY"),
    bytes.includes("PuTTY-User-Key-File-"),
  ];
  if (!age && !armored && !putty) return [];
  const text = bytes.toString("latin1");
  return [
    ...(age ? (await import("./age.ts")).ageKeys(text) : []),
    ...(armored ? await (await import("./armored.ts")).armoredKeys(text) : []),
    ...(putty ? await (await import("./putty.ts")).puttyKeys(text) : []),
  ];
}
