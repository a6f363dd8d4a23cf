/** A directory with five secrets, the commit that replaces all of them, and what may be found there afterwards. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  mkdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Change } from "../../src/io/stage.ts";
import { sha256 } from "../../src/io/stream.ts";

/** The last two do not exist before; the last one's directory neither. */
export const names = ["a.yaml", "b.age", "sub/c.env", "d.json", "new/dir/e.age"] as const;
const existing = new Set<string>(["a.yaml", "b.age", "sub/c.env"]);

export function oldContent(name: string): string | undefined {
  return existing.has(name) ? `old content of ${name}\n` : undefined;
}

export function newContent(name: string): string {
  return `new content of ${name}, somewhat longer\n`.repeat(7);
}

export interface Repository {
  readonly root: string;
  readonly state: string;
  readonly remove: () => void;
}

export function makeRepository(): Repository {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "commit-test-")));
  for (const directory of [".git", "sub"]) mkdirSync(join(root, directory));
  for (const name of names) {
    const content = oldContent(name);
    if (content !== undefined) writeFileSync(join(root, name), content, { mode: 0o640 });
  }
  return { root, state: join(root, ".git", "secrets"), remove: () => rmSync(root, { recursive: true, force: true }) };
}

export function changesOf({ root }: { readonly root: string }): Change[] {
  return names.map((name) => {
    const old = oldContent(name);
    return {
      path: join(root, name),
      expected: old === undefined ? "absent" : sha256(old),
      content: new TextEncoder().encode(newContent(name)),
      mode: 0o644,
      verify: async (staged) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of staged) chunks.push(chunk);
        if (Buffer.concat(chunks).toString() !== newContent(name))
          throw new Error("the staged bytes are not the new ones");
      },
    };
  });
}

/** Which of the five are `old` and which `new`; throws for one that is neither. */
export function contents({ root }: { readonly root: string }): ("old" | "new")[] {
  return names.map((name) => {
    const found = readIfThere(join(root, name));
    if (found === newContent(name)) return "new";
    if (found === oldContent(name)) return "old";
    throw new Error(`${name} is neither old nor new: ${JSON.stringify(found)}`);
  });
}

/** "old" or "new" when all five are; "mixed" else. */
export function overall(repository: { readonly root: string }): "old" | "new" | "mixed" {
  const found = new Set(contents(repository));
  return found.size > 1 ? "mixed" : ([...found][0] ?? "mixed");
}

/** Every file and directory that is none of the repository's own, relative to the root. */
export function strays({ root }: { readonly root: string }): string[] {
  const known = new Set<string>([...names, ".git", "sub"]);
  const isNew = readIfThere(join(root, "new/dir/e.age")) !== undefined;
  if (isNew) for (const directory of ["new", "new/dir"]) known.add(directory);
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => !known.has(path));
}

export function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
