/** What does a commit do when the disk fails at any of its steps? */
import { describe, expect, test } from "vitest";

import { SecretsError } from "../../src/errors.ts";
import { commit } from "../../src/io/commit.ts";
import { recover } from "../../src/io/recover.ts";
import type { Files, Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { IS_WHOLE } from "../sample.ts";
import { type Fault, faultyHost, systemError } from "./faulty-host.ts";
import { changesOf, contents, makeRepository, names, overall, strays } from "./repository.ts";

const real = withoutSync(nodeHost());

/** Thousands of syncs would take minutes, and what they are for is `power-cut.test.ts`'s question. They are still steps that fail. */
function withoutSync(host: Host): Host {
  const nothing = async (): Promise<void> => undefined;
  const open: Files["open"] = async (path, how, mode) => ({
    ...(await host.files.open(path, how, mode)),
    sync: nothing,
  });
  return { ...host, files: { ...host.files, open, syncDirectory: nothing } };
}

interface Outcome {
  readonly after: "old" | "new" | "mixed";
  readonly failed: boolean;
  readonly touched: boolean;
}

/** Asked at each changing call; the fault to have there. */
type Trouble = (n: number, name: string) => Fault | undefined;

/** Commits the first `count` files under a fault, recovers with a healthy disk, and says how it ended. */
async function commitUnder(fault: Trouble, count: number): Promise<Outcome> {
  const repository = makeRepository();
  let touched = false;
  const { host } = faultyHost(real, (n, name) => {
    const found = fault(n, name);
    if (found !== undefined) touched = true;
    return found;
  });
  const ended = (): Outcome["after"] => {
    const found = new Set(contents(repository).slice(0, count));
    return found.size > 1 ? "mixed" : ([...found][0] ?? "mixed");
  };
  try {
    let failure: unknown;
    try {
      const written = await commit(host, changesOf(repository).slice(0, count), { state: repository.state });
      expect(written.length).toBe(count);
      expect(ended()).toBe("new");
    } catch (error) {
      failure = error;
      expect(error).toBeInstanceOf(SecretsError);
      expect(error).toMatchObject({ code: "io", at: { file: expect.stringContaining("/") } });
      const promised = /next run|may not survive/.test(String(error));
      if (!promised) expect(ended()).toBe("old");
    }
    await recover(real, repository.state);
    expect(strays(repository)).toEqual([]);
    return { after: ended(), failed: failure !== undefined, touched };
  } finally {
    repository.remove();
  }
}

/** The outcomes of the fault at each step there is; of many files at every `stride`th, from `turn` on. */
async function untilUntouched(
  fault: (at: number) => Trouble,
  { count = names.length, stride = 1, turn = 0 }: { count?: number; stride?: number; turn?: number } = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 1 + (turn % stride); outcomes.at(-1)?.touched !== false; at += stride) {
    expect(at).toBeLessThan(200);
    outcomes.push(await commitUnder(fault(at), count));
  }
  return outcomes.slice(0, -1);
}

function failing(code: string): Fault {
  return {
    before: () => {
      throw systemError(code);
    },
  };
}

function lying(code: string): Fault {
  return {
    after: () => {
      throw systemError(code);
    },
  };
}

function short(code: string): Fault {
  return { torn: (length) => length >> 1, ...lying(code) };
}

/** EPERM is what a file system without hard links says. */
const codes = ["ENOSPC", "EIO", "EACCES", "EDQUOT", "EPERM"];
/** What a network file system may say of what it did: EEXIST and ENOENT when it did it twice. */
const lies = ["EIO", "EEXIST", "ENOENT"];

describe.each([1, names.length])("a commit of %i files", (count) => {
  // What differs from code to code is seen at one file; of five, each code is tried at other steps.
  const stride = IS_WHOLE || count === 1 ? 1 : codes.length - 1;

  test.each(codes.map((code, turn) => ({ code, turn })))(
    "under $code at any step, once and from then on, leaves all of them the same",
    async ({ code, turn }) => {
      const once = await untilUntouched((at) => (n) => (n === at ? failing(code) : undefined), { count, stride, turn });
      const always = await untilUntouched((at) => (n) => (n >= at ? failing(code) : undefined), {
        count,
        stride,
        turn: turn + 2,
      });
      expect(once.length * stride).toBeGreaterThan(count * 5);
      expect([...once, ...always].filter(({ after }) => after === "mixed")).toEqual([]);
      // Exit 0 means that it is on disk.
      expect([...once, ...always].filter(({ after, failed }) => !failed && after !== "new")).toEqual([]);
    },
  );

  test.each(lies.map((code, turn) => ({ code, turn })))(
    "under a false $code for any step that was done leaves all of them the same",
    async ({ code, turn }) => {
      const once = await untilUntouched((at) => (n) => (n === at ? lying(code) : undefined), { count, stride, turn });
      const always = await untilUntouched((at) => (n) => (n >= at ? lying(code) : undefined), {
        count,
        stride,
        turn: turn + 2,
      });
      expect([...once, ...always].filter(({ after }) => after === "mixed")).toEqual([]);
      expect([...once, ...always].filter(({ after, failed }) => !failed && after !== "new")).toEqual([]);
    },
  );

  test("whose renames are all done and all reported as failed is written", async () => {
    const outcome = await commitUnder((_, name) => (name === "rename" ? lying("EIO") : undefined), count);
    expect(outcome).toEqual({ after: "new", failed: false, touched: true });
  });
});

test("a write that takes half of the bytes and then fails leaves all files as they were", async () => {
  const outcomes = await untilUntouched((at) => {
    let writes = 0;
    return (_, name) => {
      if (name !== "write") return undefined;
      writes += 1;
      return writes === at ? short("ENOSPC") : undefined;
    };
  });
  expect(outcomes.length).toBeGreaterThan(5);
  expect(outcomes.every(({ after, failed }) => failed && after === "old")).toBe(true);
});

test("a disk that gives back other bytes than were written is noticed before anything is changed", async () => {
  const repository = makeRepository();
  const { host } = faultyHost(real, (_, name) => (name === "write" ? { torn: (length) => length - 1 } : undefined));
  const changes = changesOf(repository).map((change) => ({ ...change, verify: async () => undefined }));
  await expect(commit(host, changes, { state: repository.state })).rejects.toMatchObject({ code: "io" });
  await recover(real, repository.state);
  expect(overall(repository)).toBe("old");
  repository.remove();
});

test("where nobody can tell whether the commit point was reached, nothing is removed and the next run decides", async () => {
  for (const reached of [true, false]) {
    const repository = makeRepository();
    let blind = false;
    const journal = `${repository.state}/journal`;
    const { host } = faultyHost(real, (_, name) => {
      if (name !== "rename") return undefined;
      const fault = blind ? undefined : reached ? lying("EIO") : failing("EIO");
      blind = true;
      return fault;
    });
    const blinded: Host = {
      ...host,
      files: {
        ...host.files,
        open: (path, how, mode) =>
          blind && path === journal ? Promise.reject(systemError("EIO")) : host.files.open(path, how, mode),
      },
    };
    await expect(commit(blinded, changesOf(repository), { state: repository.state })).rejects.toMatchObject({
      code: "io",
      message: expect.stringContaining("next run"),
    });
    expect(overall(repository)).toBe("old");
    await recover(real, repository.state);
    expect(overall(repository)).toBe(reached ? "new" : "old");
    expect(strays(repository)).toEqual([]);
    repository.remove();
  }
});

test("the message names file and reason in words", async () => {
  const repository = makeRepository();
  const { host } = faultyHost(real, (_, name) => (name === "write" ? failing("ENOSPC") : undefined));
  const onlyFirst = changesOf(repository).slice(0, 1);
  // The plan is the first write; the staged file is the second.
  let writes = 0;
  const { host: later } = faultyHost(real, (_, name) => {
    if (name === "write") writes += 1;
    return name === "write" && writes === 2 ? failing("ENOSPC") : undefined;
  });
  await expect(commit(host, onlyFirst, { state: repository.state })).rejects.toMatchObject({ code: "io" });
  await expect(commit(later, onlyFirst, { state: repository.state })).rejects.toMatchObject({
    message: "cannot write: no space is left on the device",
    at: { file: `${repository.root}/a.yaml` },
  });
  expect(overall(repository)).toBe("old");
  expect(strays(repository)).toEqual([]);
  repository.remove();
});
