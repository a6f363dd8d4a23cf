import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const root = path.join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

test.each(["--version", "-V"])("a lone %s needs no built program", async (flag) => {
  const bin = unbuilt();

  await expect(node(bin, flag)).resolves.toEqual({ stdout: `${version}\n`, stderr: "" });
});

test("a program that has not been built says how to build it", async () => {
  const bin = unbuilt();

  await expect(node(bin, "--help")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^secrets: error: the program has not been built\nsecrets: hint: npm run build/),
  });
});

test.each(["18.20.4", "20.18.9", "21.7.3", "22.11.0"])("Node %s is too old", async (old) => {
  await expect(node(...pretending(old), unbuilt(), "--help")).rejects.toMatchObject({
    code: 2,
    stderr: `secrets: error: Node ${old} is too old\nsecrets: hint: install Node 20.19, 22.12 or newer\n`,
  });
});

test.each(["20.19.0", "22.12.0", "23.0.0", "26.0.0"])("Node %s is new enough", async (recent) => {
  await expect(node(...pretending(recent), unbuilt(), "--help")).rejects.toMatchObject({
    stderr: expect.stringContaining("has not been built"),
  });
});

/** The program's start without anything behind it. */
function unbuilt(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "unbuilt-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, "bin"));
  for (const file of ["bin/secrets.js", "bin/secrets.json", "bin/package.json", "package.json"])
    cpSync(path.join(root, file), path.join(folder, file));
  return path.join(folder, "bin", "secrets.js");
}

/** Arguments under which Node gives itself out as another version. */
function pretending(version: string): [string, string] {
  return ["--import", `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${version}"})`];
}

function node(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, argv, { env: {} });
}
