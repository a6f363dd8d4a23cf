/** What do several benchmarks do? */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";

/** The upper one of the two in the middle. */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function print(text) {
  process.stdout.write(`${text}\n`);
}

/** A new age key in a file. @returns its recipient */
export async function keyIn(folder, name) {
  const identity = await generateX25519Identity();
  writeFileSync(path.join(folder, name), `${identity}\n`, { mode: 0o600 });
  return identityToRecipient(identity);
}
