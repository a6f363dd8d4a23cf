/**
 * What does one more of anything cost?
 *
 * A sample of each is added to a copy of the sources, in the files that the price list names and in no others. The copy has to
 * pass the compiler, and the program made of it has to take what was added for its own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bundled, type Program } from "./io/child.ts";
import { samples, type Sample } from "./price-list/samples.ts";

const root = join(import.meta.dirname, "..");
const copy = mkdtempSync(join(tmpdir(), "price-list-"));
const source = join(copy, "src");
let program: Program;
let work: string;

/** Writes the new file, and the lines in the registry. */
function add({ file, text, registry, lines }: Sample): void {
  writeFileSync(join(source, file), text, { flag: "wx" });
  let registered = readFileSync(join(source, registry), "utf8");
  for (const [before, line] of lines) {
    expect(registered).toContain(before);
    registered = registered.replace(before, () => line + before);
  }
  writeFileSync(join(source, registry), registered);
}

beforeAll(async () => {
  cpSync(join(root, "src"), source, { recursive: true });
  cpSync(join(root, "bin"), join(copy, "bin"), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  writeFileSync(
    join(copy, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.json"), include: ["src"] }),
  );
  for (const sample of samples) add(sample);
  const start = `import { frontEndFor, main } from "./src/cli/main.ts";
import { nodeHost } from "./src/io/node-host.ts";
const [name = "", ...argv] = process.argv.slice(2);
process.exitCode = await main(argv, nodeHost(), await frontEndFor(name));
`;
  writeFileSync(join(copy, "start.ts"), start);
  program = await bundled(join(copy, "start.ts"));
});
beforeEach(() => {
  work = mkdtempSync(join(copy, "work-"));
  execFileSync("git", ["init", "-q", work]);
  writeFileSync(join(work, "sample.policy"), "^x sample-1\n");
});
afterAll(() => {
  program.remove();
  rmSync(copy, { recursive: true, force: true });
});

const env = () => ({ HOME: copy, SOPS_AGE_KEY: "SAMPLE-KEY-1" });

/** Calls the program with the samples in it; what it says on standard output. */
async function secrets(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await program.start(["secrets", "-C", work, ...argv], env()).ended;
  expect({ argv, code, stderr: code === 0 ? "" : stderr }).toEqual({ argv, code: 0, stderr: "" });
  return stdout;
}

/** What shows that a sample is a full member. */
const members: Readonly<Record<string, () => Promise<void>>> = {
  format: async () => {
    writeFileSync(join(work, "a.sample"), '{\n  "a": "hello"\n}\n');
    await secrets("encrypt", "-i", "--age", "sample-1", "a.sample");
    expect(readFileSync(join(work, "a.sample"), "utf8")).not.toContain("hello");
    expect(await secrets("decrypt", "a.sample")).toBe('{\n  "a": "hello"\n}\n');
    expect(await secrets("decrypt", "--output-type", "yaml", "a.sample")).toBe("a: hello\n");
  },
  "key kind": async () => {
    writeFileSync(join(work, "plain"), "hello\n");
    await secrets("encrypt", "--age", "sample-1", "-o", "a.age", "plain");
    expect(readFileSync(join(work, "a.age"), "latin1")).toContain("-> sample sample-1\n");
    expect(await secrets("get", "a.age")).toBe("hello\n");
  },
  "policy source": async () => {
    writeFileSync(join(work, "x.json"), '{ "a": "hello" }\n');
    expect(await secrets("who", "x.age")).toContain("sample-1");
    await secrets("encrypt", "-i", "x.json");
    expect(await secrets("get", "x.json", "a")).toBe("hello");
  },
  command: async () => {
    expect(await secrets("sample")).toBe("a sample was added\n");
    expect(await secrets("--help")).toContain("say that a sample was added");
  },
  "command of a command": async () => {
    expect(await secrets("policy", "sample")).toBe("a sample was added to policy\n");
    expect(await secrets("policy", "--help")).toContain("say that a sample was added to it");
  },
  "program name": async () => {
    writeFileSync(join(work, "plain"), "hello\n");
    await secrets("encrypt", "--age", "sample-1", "-o", "a.age", "plain");
    const sample = (file: string) => program.start(["/bin/sample", "-d", join(work, file)], env()).ended;
    expect(await sample("a.age")).toMatchObject({ code: 0, stdout: "hello\n" });
    expect(await sample("b.age")).toMatchObject({ code: 9, stderr: expect.stringMatching(/^sample: error: /) });
  },
  "check rule": async () => {
    writeFileSync(join(work, "sample.md"), "hello\n");
    expect(await secrets("check")).toContain("sample.md:1: warning[SEC999] a sample was found");
    expect(await secrets("explain", "SEC999")).toContain("To be counted.");
  },
  "report format": async () => {
    expect(await secrets("check", "--format", "sample")).toMatch(/^\d+ files, as a sample\n$/);
  },
};

test.each(samples.map((sample) => [sample.more, sample] as const))("one more %s is a full member", async (more) => {
  await members[more]?.();
  expect(Object.keys(members)).toContain(more);
});

test("the samples pass the compiler", () => {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "--noEmit", "-p", copy], { encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});

test("the price list says what each of them touches", () => {
  const readme = readFileSync(join(root, "src", "README.md"), "utf8");
  const [, list = ""] =
    /\n\| one more … \| new file \| registry \|\n\| --- \| --- \| --- \|\n((?:\|.*\n)+)/.exec(readme) ?? [];
  const said = list
    .trim()
    .split("\n")
    .map((row) =>
      row
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", ""))
        .slice(1, 4),
    );
  const folder = (file: string): string => file.slice(0, file.lastIndexOf("/") + 1);
  expect(said).toEqual(samples.map(({ more, file, registry }) => [more, folder(file), registry]));
});
