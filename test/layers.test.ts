import { expect, test } from "vitest";
import { breaches } from "./architecture.ts";
import { readSources } from "./source-graph.ts";

test("the sources keep the architecture", () => {
  const sources = readSources();

  expect(sources.size).toBeGreaterThan(0);
  expect(breaches(sources)).toEqual([]);
});

const allowed: Record<string, string> = {
  "a verb uses the public API": 'commands/edit.ts: import { edit } from "../index.ts";',
  "the command line lists the verbs": 'cli/main.ts: import { commands } from "../commands/index.ts";',
  "the public API loads an operation on demand": 'index.ts: const { edit } = await import("./operations/edit.ts");',
  "an operation joins core and world":
    'operations/verbs/edit.ts: import { a } from "../keys/a.ts"; import { b } from "../io/b.ts";',
  "secrets know their kinds": 'operations/secrets/secret-at.ts: if (found.kind !== "sops") return;',
  "a pure layer uses node:crypto": 'crypto/mac.ts: import { createHmac } from "node:crypto";',
  "everybody throws": 'nix/parse.ts: import { SecretsError } from "../errors.ts";',
  "io reads files":
    'io/node-host.ts: import { open } from "node:fs/promises"; import { execa } from "execa"; process.exit();',
  "the version comes from package.json":
    'cli/main.ts: import manifest from "../../package.json" with { type: "json" };',
  "a comment may speak of an import": 'crypto/mac.ts: /** import x from "../io/host.ts"; process.env */',
  "a process may be spoken of": 'crypto/mac.ts: const text = "in process. yes";',
};

test.each(Object.entries(allowed))("allowed: %s", (_, example) => {
  expect(breaches(fileOf(example))).toEqual([]);
});

const forbidden: Record<string, [string, string]> = {
  "a verb reaches past the public API": [
    'commands/edit.ts: import { edit } from "../operations/edit.ts";',
    "commands must not import operations",
  ],
  "a verb knows the command line": ['commands/edit.ts: import { a } from "../cli/style.ts";', "must not import cli"],
  "the command line meets io": ['cli/main.ts: import type { Host } from "../io/host.ts";', "must not import io"],
  "the public API knows the command line": ['index.ts: import { a } from "./cli/main.ts";', "must not import cli"],
  "an operation knows the public API": [
    'operations/a.ts: import { b } from "../index.ts";',
    "must not import index.ts",
  ],
  "a pure layer meets io": ['policy/policy.ts: import { a } from "../io/host.ts";', "policy must not import io"],
  "a pure layer meets io, in a type": [
    'policy/policy.ts: import type {\n  A,\n  B,\n} from "../io/host.ts";',
    "policy must not import io",
  ],
  "a pure layer meets io, in a re-export": ['keys/a.ts: export * from "../io/host.ts";', "keys must not import io"],
  "a pure layer meets io, on demand": ['keys/a.ts: await import("../io/host.ts");', "keys must not import io"],
  "a pure layer meets io, for its effect": ['keys/a.ts: import "../io/host.ts";', "keys must not import io"],
  "a pure layer reads a file": ['formats/yaml.ts: import { readFileSync } from "node:fs";', "only src/io meets"],
  "a pure layer reads a file, on demand": ['formats/yaml.ts: await import("node:fs/promises");', "only src/io meets"],
  "a pure layer has a worker": ['crypto/a.ts: import { Worker } from "node:worker_threads";', "is pure, but imports"],
  "a pure layer sees the process": ["crypto/a.ts: const key = process.env.KEY;", "only src/io sees the process"],
  "crypto knows keys": ['crypto/a.ts: import { b } from "../keys/b.ts";', "crypto must not import keys"],
  "keys know documents": ['keys/a.ts: import { b } from "../documents/b.ts";', "keys must not import documents"],
  "documents know the policy": ['documents/a.ts: import { b } from "../policy/b.ts";', "must not import policy"],
  "io sees a key": ['io/commit.ts: import type { Identity } from "../keys/recipient.ts";', "io must not import keys"],
  "io sees the policy": ['io/commit.ts: import { a } from "../policy/policy.ts";', "io must not import policy"],
  "io sees a document": ['io/commit.ts: import { a } from "../documents/age.ts";', "io must not import documents"],
  "an operation knows the check": ['operations/a.ts: import { b } from "../check/b.ts";', "must not import check"],
  "an operation starts a process": [
    'operations/verbs/edit.ts: import { execa } from "execa";',
    "only src/io starts processes",
  ],
  "an operation asks the system": ['operations/verbs/edit.ts: import { homedir } from "node:os";', "only src/io meets"],
  "a verb has colours": ['commands/ls.ts: import { Chalk } from "chalk";', "only src/cli/style.ts knows colour"],
  "the command line has two palettes": ['cli/report.ts: import chalk from "chalk";', "only src/cli/style.ts"],
  "an operation parses arguments": ['operations/a.ts: import { Command } from "commander";', "only the command line"],
  "an SSH key is read elsewhere": ['documents/a.ts: const a = await import("sshpk");', "behind src/keys"],
  "errors know anything": ['errors.ts: import { a } from "./keys/a.ts";', "errors.ts must not import keys"],
  "a verb asks what kind of secret it has": [
    'operations/verbs/edit.ts: if (secret.kind !== "age") open();',
    "only src/operations/secrets asks",
  ],
  "a command does, case by case": [
    'commands/edit.ts: switch (kind) { case "sops": open(); }',
    "only src/operations/secrets asks",
  ],
  "a folder that answers no question": ["utils/strings.ts: export const a = 1;", "utils is not a layer"],
  "a file beside the layers": ["helper.ts: export const a = 1;", "helper.ts is not a layer"],
  "a rule of check is named elsewhere": ["check/run.ts: const told = new Set(['SEC004']);", "by its id"],
  "a rule of check is named in a comment": ["findings/reading/a.ts: // What SEC005 says.", "by its id"],
  "a rule of check is imported elsewhere": [
    'findings/reading/a.ts: import { a } from "../rules/sec001-plaintext.ts";',
    "only the registry",
  ],
  "an import nobody can follow": ["operations/a.ts: await import(name);", "cannot be read"],
};

test.each(Object.entries(forbidden))("forbidden: %s", (_, [example, says]) => {
  const found = breaches(fileOf(example));

  expect(found).toHaveLength(1);
  expect(found[0]).toContain(says);
});

/** One source file, from `PATH: TEXT`. */
function fileOf(example: string): Map<string, string> {
  const colon = example.indexOf(": ");
  return new Map([[example.slice(0, colon), example.slice(colon + 2)]]);
}
