/**
 * What do the tests of Nix evaluate, and against which files?
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { SecretsError } from "../../src/errors.ts";
import { jsonText, toJson } from "../../src/nix/coerce.ts";
import { evaluateNix, type NixWorld } from "../../src/nix/nix.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** Where relative paths of the expressions start. */
export const FILES = join(here, "files");

const world: NixWorld = {
  read: (path) => answered(readFile(path, "utf8")),
  list: async (path) => {
    const entries = await answered(readdir(path, { withFileTypes: true }));
    return new Map(
      entries.map((entry) => [
        entry.name,
        entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "symlink" : "regular",
      ]),
    );
  },
  type: async (path) => {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    return found.isDirectory() ? "directory" : "regular";
  },
  environment: (name) => (name === "USER" ? "alice" : undefined),
  home: "/home/alice",
  show: (path) => path,
};

/** Where nothing is. */
export const emptyWorld: NixWorld = {
  ...world,
  read: () => answered(Promise.reject(new Error("nothing"))),
  list: () => Promise.resolve(new Map()),
  type: () => Promise.resolve(undefined),
  environment: () => undefined,
};

async function answered<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch {
    throw new SecretsError("io", "cannot be read");
  }
}

/** The whole value as JSON. */
export async function jsonOf(text: string, directory = FILES): Promise<string> {
  return await evaluateNix({ name: "test.nix", directory, text }, world, (value, machine) =>
    jsonText(toJson(machine, value)),
  );
}

/** As data, or `failed` where the evaluation fails. */
export async function outcome(text: string, directory = FILES): Promise<unknown> {
  try {
    return JSON.parse(await jsonOf(text, directory));
  } catch (error) {
    if (error instanceof SecretsError) return FAILED;
    throw error;
  }
}

export const FAILED = "failed";

/** One expression per line of expressions.txt. */
export const EXPRESSIONS: readonly string[] = readFileSync(join(here, "expressions.txt"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "));

/** What nix-instantiate 2.8.0 made of each of them; test/interop/nix.test.ts compares it with the real one. */
export const EXPECTED: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(here, "expected.json"), "utf8"),
) as Record<string, unknown>;
