/** Does every TypeScript example of the README and the docs ("library") compile against what is published, and run? */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { blocks, root } from "./blocks.ts";

const examples = blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
const scratch = mkdtempSync(path.join(tmpdir(), "library-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A program that depends on the package as its users do: by name, through `exports`, with its types. */
function makeConsumer(): void {
  mkdirSync(path.join(scratch, "node_modules", "@types"), { recursive: true });
  symlinkSync(root, path.join(scratch, "node_modules", "secrets-cli"));
  const types = path.join("node_modules", "@types", "node");
  symlinkSync(path.join(root, types), path.join(scratch, types));
  writeFileSync(path.join(scratch, "package.json"), '{ "type": "module" }');
  const compilerOptions = { strict: true, module: "nodenext", target: "es2023", types: ["node"], noEmitOnError: true };
  writeFileSync(path.join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
}

const node = (args: readonly string[], cwd: string) =>
  spawnSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: cwd, SOPS_AGE_KEY_FILE: path.join(cwd, "key") },
  });

test("every example compiles and runs", () => {
  expect(examples).not.toEqual([]);
  makeConsumer();
  examples.forEach((text, at) => writeFileSync(path.join(scratch, `example-${at}.ts`), text));

  const compiled = node([path.join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "."], scratch);
  expect(compiled.stdout).toBe("");
  expect(compiled.status).toBe(0);

  examples.forEach((_, at) => {
    const repository = path.join(scratch, `repository-${at}`);
    mkdirSync(repository);
    copyFileSync(path.join(root, "fixtures", "age", "x25519.identity"), path.join(repository, "key"));
    const recipient = readFileSync(path.join(root, "fixtures", "age", "x25519.identity"), "utf8").match(/age1\w+/)?.[0];
    writeFileSync(
      path.join(repository, ".sops.yaml"),
      `creation_rules:\n  - path_regex: ^secrets/\n    age: ${recipient}\n`,
    );

    const ran = node([path.join(scratch, `example-${at}.js`)], repository);

    expect(ran.stderr).not.toContain("Error");
    expect(ran.status).toBe(0);
    expect(readdirSync(path.join(repository, "secrets"))).toEqual(["api.age"]);
    const got = node([path.join(root, "bin", "secrets.js"), "get", "secrets/api.age"], repository);
    expect(got.stdout).toBe("…");
  });
});
