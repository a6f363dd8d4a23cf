/** What does a commit do when the disk fails at any of its steps? */
import { describe, expect, test } from "vitest";

import { SecretsError } from "../../src/errors.ts";
import { commit, recover } from "../../src/io/commit.ts";
import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { type Fault, faultyHost, systemError } from "./faulty-host.ts";
import { changesOf, contents, makeRepository, names, overall, strays } from "./repository.ts";

const real = nodeHost();

interface Outcome {
  readonly after: "old" | "new" | "mixed";
  readonly failed: boolean;
  readonly touched: boolean;
}

/** Commits under a fault, recovers with a healthy disk, and says how it ended. */
async function commitUnder(fault: (n: number, name: string) => Fault | undefined): Promise<Outcome> {
  const repository = makeRepository();
  let touched = false;
  const { host } = faultyHost(real, (n, name) => {
    const found = fault(n, name);
    if (found !== undefined) touched = true;
    return found;
  });
  try {
    let failure: unknown;
    try {
      const { written } = await commit(host, changesOf(repository), { state: repository.state });
      expect(written.length).toBe(names.length);
      expect(overall(repository)).toBe("new");
    } catch (error) {
      failure = error;
      expect(error).toBeInstanceOf(SecretsError);
      expect(error).toMatchObject({ code: "io", at: { file: expect.stringContaining("/") } });
      contents(repository);
      const promised = /next run/.test(String(error));
      if (!promised) expect(overall(repository)).toBe("old");
    }
    await recover(real, repository.state);
    expect(strays(repository)).toEqual([]);
    return { after: overall(repository), failed: failure !== undefined, touched };
  } finally {
    repository.remove();
  }
}

async function untilUntouched(
  fault: (at: number) => (n: number, name: string) => Fault | undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 1; outcomes.at(-1)?.touched !== false; at += 1) {
    expect(at).toBeLessThan(200);
    outcomes.push(await commitUnder(fault(at)));
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
const codes = ["ENOSPC", "EIO", "EACCES", "EROFS", "EPERM"];
/** What a network file system may say of what it did: EEXIST and ENOENT when it did it twice. */
const lies = ["EIO", "EEXIST", "ENOENT"];

describe.each(codes)("%s at the n-th step of a commit of five files", (code) => {
  test("once: all files end the same, and a commit that says it is done is", async () => {
    const outcomes = await untilUntouched((at) => (n) => (n === at ? failing(code) : undefined));
    expect(outcomes.length).toBeGreaterThan(40);
    expect(outcomes.filter(({ after }) => after === "mixed")).toEqual([]);
    expect(outcomes.filter(({ after, failed }) => !failed && after !== "new")).toEqual([]);
  });

  test("from then on: all files end the same", async () => {
    const outcomes = await untilUntouched((at) => (n) => (n >= at ? failing(code) : undefined));
    expect(outcomes.filter(({ after }) => after === "mixed")).toEqual([]);
    expect(outcomes.filter(({ after, failed }) => !failed && after !== "new")).toEqual([]);
  });
});

describe.each(lies)("%s reported for what was done all the same, at the n-th step", (code) => {
  test.each(["once", "from then on"])("%s: all files end the same", async (how) => {
    const always = how !== "once";
    const outcomes = await untilUntouched((at) => (n) => (n === at || (always && n > at) ? lying(code) : undefined));
    expect(outcomes.filter(({ after }) => after === "mixed")).toEqual([]);
    expect(outcomes.filter(({ after, failed }) => !failed && after !== "new")).toEqual([]);
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
