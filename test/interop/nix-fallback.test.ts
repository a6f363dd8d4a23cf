/** What does Nix itself do for rules that only it can evaluate, and what may it not do? */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openProject } from "../../src/index.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { A, B } from "../policy/keys.ts";
import { describePeer } from "./peer.ts";

let repository = "";
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "nix-"));
  mkdirSync(join(repository, ".git"));
});
afterAll(() => {
  rmSync(repository, { recursive: true });
});

/** What every rule says, asked in the folder `secrets`. */
async function readersBy(program: string, rules: string, nix = true): Promise<Record<string, unknown>> {
  const folder = join(repository, "secrets");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(repository, "alice.pub"), `${A}\n`);
  writeFileSync(join(folder, "secrets.nix"), rules);
  const real = nodeHost();
  const host = { ...real, env: { ...real.env, PATH: `${dirname(program)}:${real.env["PATH"]}` } };
  const project = await openProject({ host, directory: folder, nix });
  const found: Record<string, unknown> = {};
  for (const name of ["a.age", "b.age"]) {
    try {
      const rule = (await project.policy(join(folder, name)))?.policy.rule(name);
      found[name] = rule?.readers.flatMap(({ keys }) => keys.map(({ text }) => text));
    } catch (error) {
      found[name] = error instanceof Error ? error.message : error;
    }
  }
  return found;
}

/** A name that only Nix can compute. */
const BEYOND = `(derivation { name = "a"; system = "x"; builder = "x"; }).name + ".age"`;

async function expectReaders(program: string, rules: string, readers: Record<string, unknown>): Promise<void> {
  expect([rules, await readersBy(program, rules)]).toEqual([rules, readers]);
}

describePeer("nix-instantiate", (check) => {
  check("rules that need Nix are evaluated by it, in one call, with the files of the repository", async (program) => {
    const rules = `{ \${${BEYOND}}.publicKeys = [ (builtins.readFile ../alice.pub) ]; "b.age".publicKeys = [ "${B}" ]; x = 1; }`;
    await expectReaders(program, rules, { "a.age": [A], "b.age": [B] });
  });

  check("a rule that even Nix cannot evaluate leaves the others as they are", async (program) => {
    const rules = `{ "a.age".publicKeys = [ (${BEYOND}) nobody ]; "b.age".publicKeys = [ "${B}" ]; }`;
    const said: unknown = expect.stringContaining("the rule for a.age: ");
    await expectReaders(program, rules, { "a.age": said, "b.age": [B] });
  });

  check("Nix reads nothing outside of the repository, and fetches nothing", async (program) => {
    for (const what of ["builtins.readFile /etc/hostname", `builtins.fetchTarball "http://127.0.0.1:1/x.tar.gz"`]) {
      const rules = `let n = ${BEYOND}; in { \${n}.publicKeys = [ (${what}) ]; "b.age".publicKeys = [ "${B}" ]; }`;
      const said: unknown = expect.stringContaining("forbidden in restricted mode");
      await expectReaders(program, rules, { "a.age": said, "b.age": said });
    }
  });
});

test("without Nix one rule that needs it leaves the others as they are", async () => {
  const rules = `{ "a.age".publicKeys = [ (${BEYOND}) ]; "b.age".publicKeys = [ "${B}" ]; }`;
  expect(await readersBy("/nowhere/nix-instantiate", rules, false)).toEqual({
    "a.age": expect.stringContaining("the rule for a.age: builtins.derivation"),
    "b.age": [B],
  });
});
