import fc from "fast-check";
import { expect, test } from "vitest";
import { base64Runs, decodeRun } from "../../src/findings/private-keys/encoded-runs.ts";

const runs = (text: string) => [...base64Runs(Buffer.from(text))].map(({ start, end }) => text.slice(start, end));

test("a run is found wherever it stands", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 96, max: 300 }), fc.nat(200), (before, length, after) => {
      const run = "A".repeat(length);
      expect(runs(`${".".repeat(before)}${run}${".".repeat(after)}`)).toEqual([run]);
    }),
  );
});

test("what is too short is none", () => {
  expect(runs(`${"A".repeat(95)} ${"B".repeat(23)} word`)).toEqual([]);
});

test("lines that follow one another are one run, as far as they are base64", () => {
  const [one, two, last] = ["A".repeat(76), "B".repeat(76), "C".repeat(10)];

  expect(runs(`key: |\n    ${one}\n    ${two}\n    ${last}==\nother: word\n`)).toEqual([
    `${one}\n    ${two}\n    ${last}`,
  ]);
  expect(runs(`"${one}\\n${two}\\n"`)).toEqual([`${one}\\n${two}`]);
  expect(runs(`${one}\r\n${two}\r\n`)).toEqual([`${one}\r\n${two}`]);
});

test.each([24, 33, 40, 64, 76, 500])("lines of %i letters are one run, in the alphabet of addresses too", (width) => {
  const text = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7919) % 256)).toString("base64url");
  const lines = text.replaceAll(new RegExp(`.{${width}}`, "g"), "$&\n").trimEnd();

  expect(runs(`a: |\n${lines}\n`)).toEqual([lines]);
});

test.each([
  ["blanks", " "],
  ["an escaped line break", "\\n"],
  ["an escaped line break of Windows", "\\r\\n"],
  ["a twice escaped line break", "\\\\n"],
  ["a joining of texts", '" +\n    "'],
  ["a continued line", "\\\n  "],
  ["quotes", '"\n  "'],
])("%s between two lines does not end a run, and decodes to nothing", (_, between) => {
  const bytes = Buffer.from(Array.from({ length: 200 }, (_, index) => (index * 7919) % 256));
  const text = Buffer.from(bytes.toString("base64").replaceAll(/.{40}/g, `$&${between}`));
  const [run, more] = [...base64Runs(text)];

  expect(more).toBeUndefined();
  expect(run && decodeRun(text, run)).toEqual(bytes);
});
