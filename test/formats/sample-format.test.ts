/**
 * What does another format cost? One file and one line: this adds one, and encrypts, opens and recognises with it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const copy = mkdtempSync(join(tmpdir(), "sample-format-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** JSON behind a line of its own: whatever a format is, it is a function of bytes and steps. */
const SAMPLE = `
import type { Format } from "./format.ts";
import { json } from "./json.ts";
const HEAD = "%sample\\n";
export const sample: Format = {
  ...json,
  name: "sample",
  decode(bytes, side) {
    const text = json.decode(bytes, side);
    if (!text.startsWith(HEAD)) throw new Error("not a sample");
    return text.slice(HEAD.length);
  },
  encode: (text) => json.encode(HEAD + text),
};
`;

const LINE = `  { name: "sample", suffixes: [".sample"], marks: [/^%sample$/m], load: async () => (await import("./sample.ts")).sample },\n`;

const PROBE = `
import { formatOfPath, formatOfSealed, FORMAT_NAMES, loadFormat } from "./formats/index.ts";
import type { FormatName } from "./formats/format.ts";
const name: FormatName = "sample";
const format = await loadFormat(name);
const parsed = format.parse(format.decode(new TextEncoder().encode('%sample\\n{"a":1}'), "open"), "open");
console.log(JSON.stringify([
  formatOfPath("x.sample"), formatOfSealed("%sample\\n", undefined), FORMAT_NAMES.includes(name),
  new TextDecoder().decode(format.encode(format.set(parsed, ["a"], "2"))),
]));
`;

test("a format is one file and one line", () => {
  cpSync(join(root, "src"), join(copy, "src"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const name of ["package.json", "tsconfig.json"]) cpSync(join(root, name), join(copy, name));
  const registry = join(copy, "src", "formats", "index.ts");
  const before = readFileSync(registry, "utf8");
  const first = /^const formats = \[\n/m;
  expect(before).toMatch(first);
  writeFileSync(
    registry,
    before.replace(first, (head) => head + LINE),
  );
  writeFileSync(join(copy, "src", "formats", "sample.ts"), SAMPLE);
  writeFileSync(join(copy, "src", "probe.ts"), PROBE);

  const typescript = (args: readonly string[]) =>
    execFileSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...args], { cwd: copy });
  typescript(["--outDir", "built", "--rewriteRelativeImportExtensions", "--noEmit", "false", "--rootDir", "."]);
  const said = execFileSync(process.execPath, [join(copy, "built", "src", "probe.js")], { encoding: "utf8" });

  expect(JSON.parse(said)).toEqual(["sample", "sample", true, '%sample\n{"a":2}']);
}, 120_000);
