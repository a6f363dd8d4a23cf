/** Is what was typed kept, when somebody leaves an edit at a question? */
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import type { Host } from "../../src/io/host.ts";
import { makeWorld, mustRun, NEW, read, removeTemplate, callMain, type World } from "../faults/world.ts";

afterAll(removeTemplate);

const token = "secrets/token.age";

/** An editor that is back at once: its window saves while the question is open, and then `leave` happens. */
function windowed(given: {
  readonly saves: boolean;
  readonly leave: (cleanups: readonly (() => unknown)[]) => Promise<void>;
}) {
  return (host: Host): Host => {
    let file = "";
    const cleanups: (() => unknown)[] = [];
    return {
      ...host,
      onExit: (cleanup) => {
        cleanups.push(cleanup);
        return () => undefined;
      },
      run: async (argv, options) => {
        if (options.terminal === "inherit") file = argv.at(-1) ?? "";
        return host.run(argv, options);
      },
      terminal: {
        ...host.terminal,
        canAsk: true,
        canEdit: true,
        ask: async () => {
          if (given.saves) writeFileSync(file, NEW);
          await given.leave(cleanups);
          throw new SecretsError("interrupted", "interrupted at a question");
        },
      },
    };
  };
}

async function edited(world: World, given: Parameters<typeof windowed>[0]) {
  const before = read(world, token);
  const outcome = await callMain(world, {
    argv: ["edit", token],
    edit: (text) => text,
    pid: 4_000_000,
    through: windowed(given),
  });
  expect(outcome.code).toBe(130);
  expect(read(world, token)).toBe(before);
  return outcome;
}

function rescues(world: World): string[] {
  const folder = join(world.root, "home", ".local", "state", "secrets", "rescue");
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

test("by Ctrl-C, what the window saved is kept, and the file is as it was", async () => {
  const world = await makeWorld();
  const { stderr } = await edited(world, { saves: true, leave: async () => undefined });
  expect(stderr).toContain("what you typed is kept, encrypted, in ");
  const [rescue = ""] = rescues(world);
  expect(statSync(rescue).mode & 0o777).toBe(0o600);
  expect(await mustRun(world, { argv: ["decrypt", rescue] })).toBe(NEW);
  world.remove();
});

test("by a signal, it is kept before the scratch file goes", async () => {
  const world = await makeWorld();
  const leave = async (cleanups: readonly (() => unknown)[]) => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
    expect(rescues(world)).toHaveLength(1);
  };
  await edited(world, { saves: true, leave });
  world.remove();
});

test("with nothing changed, there is nothing to keep", async () => {
  const world = await makeWorld();
  await edited(world, { saves: false, leave: async () => undefined });
  expect(rescues(world)).toEqual([]);
  world.remove();
});
