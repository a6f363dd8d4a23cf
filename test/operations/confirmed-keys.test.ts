import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { parseRecipient } from "../../src/keys/index.ts";
import { requireConfirmed } from "../../src/operations/identities/confirmed-keys.ts";
import { pinFile, pinPlace, writePin } from "../../src/operations/identities/pin-store.ts";
import { createProject, type Project } from "../../src/operations/project/project.ts";
import { ruleOf } from "../../src/operations/project/rule.ts";
import { EMPTY_PIN } from "../../src/policy/key-pin.ts";
import { A } from "../policy/keys.ts";

let work: string;
let seen: string[];

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "confirmed-"));
  seen = [];
  mkdirSync(join(work, "repo", ".git"), { recursive: true });
  writeFileSync(join(work, "repo", ".sops.yaml"), `users: { alice: ${A} }\ncreation_rules: [{ readers: [alice] }]\n`);
});

afterEach(() => {
  rmSync(work, { recursive: true });
});

/** A host that writes down which files are looked at. */
function watched(): Host {
  const real = nodeHost();
  const files: Host["files"] = {
    ...real.files,
    read: (path) => (seen.push(`read ${path}`), real.files.read(path)),
    stat: (path, options) => (seen.push(`stat ${path}`), real.files.stat(path, options)),
    list: (path) => (seen.push(`list ${path}`), real.files.list(path)),
  };
  return { ...real, files, env: {}, system: { ...real.system, home: join(work, "home"), cwd: work } };
}

async function ask(project: Project, file: string): Promise<void> {
  const path = join(work, "repo", file);
  const ruled = await ruleOf(project, path);
  await project.repository(path);
  seen = [];
  await requireConfirmed(project, [{ path, file, recipients: [await parseRecipient(A)], ruled }]);
}

test("where nobody asked for it, two names are looked at once, and nothing is read", async () => {
  const project = createProject({ host: watched(), directory: join(work, "repo") });

  await ask(project, "a.age");
  expect(seen).toEqual([
    `stat ${join(work, "repo", ".git", "secrets-trust")}`,
    `stat ${join(work, "home", ".config", "secrets", "config.yaml")}`,
  ]);

  await ask(project, "b.age");
  expect(seen.filter((line) => !line.includes("secrets-trust"))).toEqual([]);
});

test("where it was asked for, whoever was not confirmed is refused", async () => {
  mkdirSync(join(work, "home", ".config", "secrets"), { recursive: true });
  writeFileSync(join(work, "home", ".config", "secrets", "config.yaml"), "trust: pin\n");
  const project = createProject({ host: watched(), directory: join(work, "repo") });

  await expect(ask(project, "a.age")).rejects.toMatchObject({ code: "refused", notes: [`+ alice: ${A}`] });
});

test("what is accepted without confirmation is said once, however often it is asked", async () => {
  mkdirSync(join(work, "home", ".config", "secrets"), { recursive: true });
  writeFileSync(join(work, "home", ".config", "secrets", "config.yaml"), "trust: pin\n");
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  const project = createProject({ host: watched(), directory: join(work, "repo"), acceptReaders: true, say });

  await ask(project, "a.age");
  await ask(project, "b.age");
  expect(said).toEqual([`accepted without confirmation: + alice: ${A}`]);
});

test("what somebody confirmed is nobody else's to read", async () => {
  const project = createProject({ host: watched(), directory: join(work, "repo") });
  const policy = join(work, "outside", ".sops.yaml");
  mkdirSync(join(work, "outside"));
  const place = await pinPlace(project, policy, policy);
  await writePin(project, place, EMPTY_PIN);
  expect(statSync(pinFile(project, place) ?? "").mode & 0o777).toBe(0o600);
});
