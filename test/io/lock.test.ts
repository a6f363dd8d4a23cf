/** Who gets the lock, and when is it taken from the dead? */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { recover } from "../../src/io/recover.ts";
import type { Host } from "../../src/io/host.ts";
import { isStale, lockNames, takeLock } from "../../src/io/lock.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { stagedPath } from "../../src/io/notes.ts";
import { liveness, newOwner, retire } from "../../src/io/owner.ts";
import { systemError } from "./faulty-host.ts";

const real = nodeHost();
let parent: string;
let state: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "lock-test-"));
  state = join(parent, "secrets");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A machine on which these processes run, and began when it says. */
function machine(processes: Readonly<Record<number, string>>, hostname = "here", pid = 1): Host {
  return {
    ...real,
    system: { ...real.system, hostname, pid, started: (asked) => Promise.resolve(processes[asked]) },
  };
}

/** Leaves a lock as a process that was killed leaves it. */
async function leftBy(host: Host): Promise<string> {
  const owner = await newOwner(host);
  await takeLock(host, state, { owner });
  return owner;
}

async function take(host: Host, patience = 0): Promise<() => Promise<void>> {
  const owner = await newOwner(host);
  const unlock = await takeLock(host, state, { owner, patience });
  return async () => {
    await unlock();
    retire(owner);
  };
}

const here = machine({ 1: "boot 100", 2: "boot 200" });

describe("a lock", () => {
  test("is gone when it is released", async () => {
    const unlock = await take(here);
    expect(readdirSync(state)).toContain("lock");
    await unlock();
    expect(readdirSync(state)).toEqual([]);
  });

  test("of a live process makes others wait, then give up as busy, naming the process", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    await expect(take(here)).rejects.toMatchObject({ code: "busy", message: expect.stringContaining("process 2") });
    expect(readdirSync(state).filter((name) => name.startsWith("lock"))).toHaveLength(2);
  });

  test("that is released meanwhile goes to who waits", async () => {
    const unlock = await take(machine({ 1: "boot 100", 2: "boot 200" }, "here", 2));
    const waiting = take(here, 10_000);
    await unlock();
    await (
      await waiting
    )();
    expect(readdirSync(state)).toEqual([]);
  });

  test.each([
    ["a dead process", { 2: undefined }],
    ["a process whose number is another's now", { 2: "boot 999" }],
    ["a process of an earlier boot", { 2: "other 200" }],
  ] as const)("of %s is inherited, and all of it is gone afterwards", async (_, processes) => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    const later: Record<number, string> = { 1: "boot 100" };
    if (processes[2] !== undefined) later[2] = processes[2];
    expect(await isStale(machine(later), state)).toBe(true);
    await (
      await take(machine(later))
    )();
    expect(await lockNames(machine(later), state)).toEqual([]);
    // What the dead one left under its own name goes with the next recovery.
    await recover(machine(later), state);
    expect(existsSync(state)).toBe(false);
  });

  test("of another machine is never taken, however long it is there, and the way out is named", async () => {
    await leftBy(machine({ 7: "boot 700" }, "there", 7));
    await expect(take(here)).rejects.toMatchObject({
      code: "busy",
      message: "another command is writing here (on there)",
      hint: `if nothing is running on there any more: rm ${join(state, "lock")}`,
    });
    expect(await isStale(here, state)).toBe(false);
    expect(await recover(here, state)).toEqual([]);
  });

  test("whose heir died too is inherited again", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    await leftBy(machine({ 3: "boot 300" }, "here", 3));
    await leftBy(machine({ 4: "boot 400" }, "here", 4));
    const now = machine({ 1: "boot 100" });
    expect(await lockNames(now, state)).toHaveLength(3);
    await (
      await take(now)
    )();
    await recover(now, state);
    expect(existsSync(state)).toBe(false);
  });

  test("with an heir that lives is not free", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    const both = machine({ 3: "boot 300" }, "here", 3);
    await leftBy(both);
    await expect(take(machine({ 1: "boot 100", 3: "boot 300" }))).rejects.toMatchObject({ code: "busy" });
  });

  test("of a commit of this process that is over is a leftover though the process lives", async () => {
    const owner = await leftBy(here);
    expect(await liveness(here, owner)).toBe("alive");
    retire(owner);
    expect(await liveness(here, owner)).toBe("dead");
    await (
      await take(here)
    )();
  });

  test("is not inherited by who looked before it was released and links after", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    const now = machine({ 1: "boot 100" });
    // Between the look and the link, a faster one inherits, releases, and a third takes a new lock.
    let raced = false;
    let third: (() => Promise<void>) | undefined;
    const slow: Host = {
      ...now,
      files: {
        ...now.files,
        link: async (from, to) => {
          if (!raced) {
            raced = true;
            await (
              await take(now)
            )();
            third = await take(now);
          }
          await now.files.link(from, to);
        },
      },
    };
    await expect(take(slow)).rejects.toMatchObject({ code: "busy" });
    expect(await lockNames(now, state)).toEqual(["lock"]);
    await third?.();
    await (
      await take(now)
    )();
  });

  test("is held by one only, however many try at once", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    const now = machine({ 1: "boot 100" });
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const unlock = await take(now, 60_000);
        inside += 1;
        most = Math.max(most, inside);
        await now.files.list(state);
        inside -= 1;
        await unlock();
      }),
    );
    expect(most).toBe(1);
  });

  test("works on a file system without hard links", async () => {
    const plain: Host = { ...here, files: { ...here.files, link: () => Promise.reject(systemError("EPERM")) } };
    const unlock = await take(plain);
    expect(readFileSync(join(state, "lock"), "utf8")).toContain("here");
    await expect(take(plain)).rejects.toMatchObject({ code: "busy" });
    await unlock();
    expect(readdirSync(state)).toEqual([]);
  });

  test("with a content that nobody wrote is left to the user, who is told which file it is", async () => {
    mkdirSync(state);
    writeFileSync(join(state, "lock"), "\u001b[31mgarbage");
    await expect(take(here)).rejects.toMatchObject({ code: "busy", at: { file: join(state, "lock") } });
  });

  test("can be given up while waiting", async () => {
    await leftBy(machine({ 2: "boot 200" }, "here", 2));
    const owner = await newOwner(here);
    let looks = 0;
    const check = (): void => {
      looks += 1;
      if (looks > 2) throw new Error("given up");
    };
    await expect(takeLock(here, state, { owner, check })).rejects.toThrow("given up");
    expect(readdirSync(state)).not.toContain(`lock.${owner}`);
  });
});

describe("recovering", () => {
  test("looks once where there is nothing", async () => {
    let looks = 0;
    const counted: Host = { ...here, files: { ...here.files, stat: (path) => ((looks += 1), here.files.stat(path)) } };
    expect(await recover(counted, state)).toEqual([]);
    expect(looks).toBe(1);
  });

  test("removes an empty state directory", async () => {
    mkdirSync(state);
    await recover(here, state);
    expect(existsSync(state)).toBe(false);
  });

  test("leaves alone what a live process has there, and what is not ours", async () => {
    const alive = machine({ 2: "boot 200", 1: "boot 100" }, "here", 2);
    const owner = await newOwner(alive);
    mkdirSync(state);
    writeFileSync(join(state, `plan.${owner}`), "{}");
    writeFileSync(join(state, "notes.txt"), "mine");
    expect(await recover(here, state)).toEqual([]);
    expect(readdirSync(state).toSorted()).toEqual(["notes.txt", `plan.${owner}`]);
  });

  test("of what the dead left does not touch what a live process is staging", async () => {
    const both = machine({ 1: "boot 100", 2: "boot 200" }, "here", 2);
    const alive = await newOwner(both);
    const dead = await newOwner(machine({ 3: "boot 300" }, "here", 3));
    mkdirSync(state);
    const staged = basename(stagedPath("s.age", alive));
    writeFileSync(join(parent, staged), "x");
    writeFileSync(join(state, `plan.${alive}`), JSON.stringify({ targets: ["../s.age"], directories: [] }));
    writeFileSync(join(state, `plan.${dead}`), "{}");
    await recover(here, state);
    expect(readdirSync(state)).toEqual([`plan.${alive}`]);
    expect(readdirSync(parent)).toContain(staged);
  });

  test("removes what a dead process staged, and the directories that it made if they are empty", async () => {
    const owner = await newOwner(machine({ 2: "boot 200" }, "here", 2));
    for (const directory of [state, join(parent, "new"), join(parent, "used")]) mkdirSync(directory);
    for (const name of ["used/mine", "s.age", stagedPath("s.age", owner)]) writeFileSync(join(parent, name), "x");
    const plan = { targets: ["../s.age", "../new/t.age"], directories: ["../new", "../used", "../never"] };
    writeFileSync(join(state, `plan.${owner}`), JSON.stringify(plan));
    await recover(machine({ 1: "boot 100" }), state);
    expect(readdirSync(parent).toSorted()).toEqual(["s.age", "used"]);
  });

  test("takes no offence at what its owner removes in the middle of it", async () => {
    const owner = await newOwner(machine({ 2: "boot 200" }, "here", 2));
    mkdirSync(state);
    for (const name of ["plan", "lock", "journal"]) writeFileSync(join(state, `${name}.${owner}`), "{}");
    const now = machine({ 1: "boot 100" });
    // Listed, and then gone: the other process ended well.
    const list: Host["files"]["list"] = async (directory) => {
      const names = await real.files.list(directory);
      for (const name of names) if (name.endsWith(owner)) rmSync(join(directory, name));
      return [...names, `plan.${owner}`];
    };
    expect(await recover({ ...now, files: { ...now.files, list } }, state)).toEqual([]);
    const vanished: Host["files"]["list"] = () => Promise.reject(systemError("ENOENT"));
    mkdirSync(state, { recursive: true });
    expect(await recover({ ...now, files: { ...now.files, list: vanished } }, state)).toEqual([]);
  });

  test("removes a plan that was cut off while it was written", async () => {
    const owner = await newOwner(machine({ 2: "boot 200" }, "here", 2));
    mkdirSync(state);
    writeFileSync(join(state, `plan.${owner}`), '{"targets":["../pre');
    await recover(machine({ 1: "boot 100" }), state);
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe("a real process", () => {
  test("has a beginning, and one that does not exist has none", async () => {
    const mine = await real.system.started(process.pid);
    expect(mine).toBeTruthy();
    expect(await real.system.started(process.pid)).toBe(mine);
    expect(await real.system.started(process.ppid)).not.toBe(mine);
    expect(await real.system.started(4_194_305)).toBeUndefined();
  });
});
