/**
 * How long does the fuzz go on, and what does it say?
 */
import fc from "fast-check";
import { FORMAT_NAMES, isFormatName, loadFormat } from "../../src/formats/index.ts";
import { DEFAULT_SETTINGS, RULE_NAMES, selectionSettings } from "../../src/documents/sops/selection.ts";
import { identitiesOf } from "../documents/ring.ts";
import { peer } from "../interop/peer.ts";
import { KEYS, withSops } from "../interop/sops-peer.ts";
import { nameOf } from "./differences.ts";
import { documents, setValues } from "./documents.ts";
import { difference, OPERATIONS, type Case, type Difference } from "./round.ts";

/** What fits some keys, sections and comments of the documents. */
const SELECTIONS = RULE_NAMES.flatMap((name) =>
  [false, true].map((macOnly) => selectionSettings({ [name]: name.endsWith("suffix") ? "1" : "[13579as]$" }, macOnly)),
);

const BATCH = 50;
/** Findings printed in full; the others are counted. */
const PRINTED = 20;

interface Counted {
  rounds: number;
  findings: number;
  readonly named: Map<string, number>;
}

/** @returns the exit code: 1 where something is unexplained, 2 where it was called wrongly */
export async function fuzz([name = "", minutes = "", first = "1"]: readonly string[]): Promise<number> {
  const binary = peer("sops");
  if (!isFormatName(name) || !(Number(minutes) > 0) || !Number.isSafeInteger(Number(first))) {
    process.stderr.write(`usage: npm run fuzz -- ${FORMAT_NAMES.join("|")} MINUTES [SEED]\n`);
    return 2;
  }
  if (binary === undefined) throw new Error("sops is not installed: test/interop/peers installs it");
  const counted: Counted = { rounds: 0, findings: 0, named: new Map() };
  const end = performance.now() + Number(minutes) * 60_000;
  let seed = Number(first);
  await withSops(binary, { native: KEYS.native }, async (sops) => {
    const world = { sops, identities: await identitiesOf(KEYS.native) };
    const arbitrary = await cases(name);
    for (; performance.now() < end; seed += 1) {
      for (const [index, given] of fc.sample(arbitrary, { seed, numRuns: BATCH }).entries()) {
        if (performance.now() >= end) break;
        const found = await difference(world, given);
        counted.rounds += 1;
        if (found !== undefined) note(counted, { found, given, place: { seed, index } });
      }
    }
  });
  const sums = {
    ...counted,
    named: Object.fromEntries([...counted.named].toSorted(([a], [b]) => a.localeCompare(b))),
    seeds: [Number(first), seed - 1],
  };
  process.stdout.write(`${JSON.stringify({ format: name, minutes: Number(minutes), ...sums })}\n`);
  return counted.findings === 0 ? 0 : 1;
}

async function cases(name: keyof typeof documents): Promise<fc.Arbitrary<Case>> {
  const format = await loadFormat(name);
  const others = await Promise.all(FORMAT_NAMES.filter((each) => each !== name).map(loadFormat));
  const text = documents[name];
  return fc.record({
    format: fc.constant(format),
    text,
    other: text,
    operation: fc.constantFrom(...OPERATIONS),
    value: setValues,
    at: fc.nat(1000),
    to: fc.constantFrom(...others),
    settings: fc.oneof(fc.constant(DEFAULT_SETTINGS), fc.constantFrom(...SELECTIONS)),
  });
}

function note(
  counted: Counted,
  { found, given, place }: { found: Difference; given: Case; place: { seed: number; index: number } },
): void {
  const row = nameOf(found, given);
  if (row !== undefined) {
    counted.named.set(row, (counted.named.get(row) ?? 0) + 1);
    return;
  }
  counted.findings += 1;
  if (counted.findings > PRINTED) return;
  const { text, other, value, operation, at, settings } = given;
  process.stdout.write(`${JSON.stringify({ ...place, ...found, text, other, operation, value, at, settings })}\n`);
}
