/**
 * Which paths does the policy name exactly, and who reads them?
 *
 * Reads `secrets:`: a path and its readers, without an expression. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { whyUnclearPath } from "./look-alikes.ts";
import type { Reader } from "./policy.ts";
import { readReaders } from "./readers.ts";
import type { Roster } from "./roster.ts";
import type { YamlEntry, YamlMapping } from "./yaml-node.ts";
import { checkKeys, entriesOf, quoted, valueOf } from "./yaml-shape.ts";

export interface ExactPath {
  /** POSIX, relative to the policy's directory, without `.` and empty parts. */
  readonly path: string;
  readonly at: Position;
  readonly readers: readonly Reader[];
}

/**
 * @returns By path, in the order of the file.
 * @throws SecretsError `policy`: a path that leads elsewhere or is a duplicate, or whatever is wrong with its readers.
 */
export async function readExactPaths(top: YamlMapping, roster: Roster): Promise<Map<string, ExactPath>> {
  const paths = new Map<string, ExactPath>();
  const wanted = { what: "secrets", example: "secrets: { secrets/token.age: [alice] }" };
  for (const entry of entriesOf(valueOf(top, "secrets"), wanted)) {
    checkPath(entry);
    const path = normalPath(entry.key);
    const first = paths.get(path);
    if (first !== undefined) {
      throw new SecretsError("policy", `duplicate path ${path} under secrets, first on line ${first.at.line}`, {
        at: entry.at,
        hint: "remove one of them",
      });
    }
    paths.set(path, { path, at: entry.at, readers: await readersOf(entry, roster) });
  }
  return paths;
}

/** The path without `./`, doubled slashes and `.` parts, as exact paths are compared. */
export function normalPath(path: string): string {
  const parts = path.split("/").filter((part, index) => part !== "." && (part !== "" || index === 0));
  return parts.join("/");
}

function checkPath({ key, at }: YamlEntry): void {
  const parts = key.split("/");
  const wrong =
    (key.startsWith("/") && "is absolute") ||
    (parts.includes("..") && "leads out of the policy's directory") ||
    (key.includes("\\") && "has backslashes") ||
    (/^(?:|\.|.*\/\.?)$/.test(key) && "names no file");
  const unclear = whyUnclearPath(key);
  if (unclear !== undefined) {
    throw new SecretsError("policy", `the path ${quoted(key)} ${unclear}`, {
      at,
      hint: "type the path again; a file whose name really is like that can be ruled by a path_regex",
    });
  }
  if (wrong === false) return;
  throw new SecretsError("policy", `the path ${quoted(key)} ${wrong}`, {
    at,
    hint: "paths under secrets are relative to the policy and written with /, for example secrets/token.age",
  });
}

async function readersOf({ key, at, value }: YamlEntry, roster: Roster): Promise<Reader[]> {
  const wanted = { what: `who reads ${key}`, example: `${key}: [alice]` };
  if (value.kind !== "mapping") return readReaders(value, wanted, roster);
  checkKeys(value.entries, ["readers"], true);
  return readReaders(valueOf(value, "readers") ?? { kind: "empty", at }, wanted, roster);
}
