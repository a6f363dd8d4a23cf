import fc from "fast-check";
import { expect, test } from "vitest";
import { base64Runs } from "../../src/findings/private-keys/base64-runs.ts";

const runs = (text: string) => [...base64Runs(Buffer.from(text))].map(({ start, end }) => text.slice(start, end));

test("a run is found wherever it stands", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 96, max: 300 }), fc.nat(200), (before, length, after) => {
      const run = "A".repeat(length);
      expect(runs(`${"-".repeat(before)}${run}${"-".repeat(after)}`)).toEqual([run]);
    }),
  );
});

test("what is too short is none", () => {
  expect(runs(`${"A".repeat(95)} ${"B".repeat(59)}`)).toEqual([]);
});

test("lines that follow one another are one run, as far as they are base64", () => {
  const [one, two, last] = ["A".repeat(76), "B".repeat(76), "C".repeat(10)];

  expect(runs(`key: |\n    ${one}\n    ${two}\n    ${last}==\nother: word\n`)).toEqual([
    `${one}\n    ${two}\n    ${last}`,
  ]);
  expect(runs(`"${one}\\n${two}\\n"`)).toEqual([`${one}\\n${two}`]);
  expect(runs(`${one}\r\n${two}\r\n`)).toEqual([`${one}\r\n${two}`]);
});
