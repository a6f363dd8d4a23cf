/**
 * Is what somebody else wrote meanwhile kept, by every verb that writes?
 *
 * Their version comes when ours is staged and everything has been read, just before the lock.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import { faultyHost } from "../io/faulty-host.ts";
import { type Case, cases, type Target } from "./verbs.ts";
import { callMain, makeWorld, mustRun, read, removeTemplate, type World } from "./world.ts";

afterAll(removeTemplate);

const THEIRS = "their-canary-c01d";

/** A version of the file by somebody else: of a secret, one that opens to THEIRS. */
async function theirs({ path }: Target): Promise<string> {
  const other = await makeWorld();
  const key = path.endsWith(".yaml") ? ["db/password"] : [];
  if (read(other, path) !== undefined && path.startsWith("secrets/")) {
    await mustRun(other, { argv: ["set", path, ...key, "--value-stdin"], stdin: THEIRS });
  }
  const found = path.startsWith("secrets/") ? read(other, path) : undefined;
  other.remove();
  return found ?? `# ${THEIRS}\n`;
}

/** Calls the program, and writes another version at the moment before it takes the lock for the first time. */
async function race(world: World, given: Case, version: { path: string; text: string }) {
  let isWritten = false;
  return callMain(world, {
    ...given,
    pid: 4_000_000,
    through: (host) => {
      const { host: watched } = faultyHost(host, (_, name) => {
        if (name !== "link" || isWritten) return undefined;
        isWritten = true;
        writeFileSync(join(world.work, version.path), version.text, "latin1");
        return undefined;
      });
      return watched;
    },
  });
}

const stopped = cases.flatMap((given) =>
  given.targets.map((target) => ({ given, target, title: given.argv.join(" ") })),
);

describe("what was written meanwhile", () => {
  test.each(stopped.filter(({ given }) => given.raced === undefined))(
    "to $target.path stops $title, and stays",
    async ({ given, target }) => {
      const world = await makeWorld();
      given.prepare?.(world);
      const before = given.targets.map(({ path }) => read(world, path));
      const text = await theirs(target);
      const { code, stderr } = await race(world, given, { path: target.path, text });
      expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining("somebody else changed it") });
      expect(stderr).toContain(target.path);
      expect(read(world, target.path)).toBe(text);
      // And nothing of the others was written.
      for (const [index, { path }] of given.targets.entries()) {
        if (path !== target.path) expect(read(world, path)).toBe(before[index]);
      }
      world.remove();
    },
  );

  test.each(stopped.filter(({ given }) => given.raced === "again"))(
    "to $target.path is taken along by $title, which begins again",
    async ({ given, target }) => {
      const world = await makeWorld();
      given.prepare?.(world);
      const text = await theirs(target);
      const { code, stderr } = await race(world, given, { path: target.path, text });
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect(read(world, target.path)).not.toBe(text);
      expect(await mustRun(world, { argv: ["decrypt", target.path] })).toContain(THEIRS);
      expect(await mustRun(world, { argv: ["rekey", "--check", target.path] })).toContain("up to date");
      world.remove();
    },
  );
});

test("a rekey that is too late five times says so", async () => {
  const world = await makeWorld();
  const path = "secrets/token.age";
  cases.find(({ argv }) => argv[0] === "rekey")?.prepare?.(world);
  const versions: string[] = [];
  while (versions.length < 5) versions.push(await theirs({ path, becomes: { opened: THEIRS } }));
  let rounds = 0;
  const { code, stderr } = await callMain(world, {
    argv: ["rekey"],
    pid: 4_000_000,
    through: (host) =>
      faultyHost(host, (_, name) => {
        if (name === "link") writeFileSync(join(world.work, path), versions[rounds++] ?? "", "latin1");
        return undefined;
      }).host,
  });
  expect({ code, rounds, stderr }).toEqual({ code: 6, rounds: 5, stderr: expect.stringContaining("somebody else") });
  expect(read(world, path)).toBe(versions.at(-1));
  world.remove();
});
