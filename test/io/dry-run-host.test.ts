/** Does a dry run go through everything and change nothing? */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { checkWritable, commit } from "../../src/io/commit.ts";
import { dryRun } from "../../src/io/dry-run-host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { recover } from "../../src/io/recover.ts";
import { withScratch } from "../../src/io/scratch.ts";
import { changesOf, makeRepository, names, overall, strays, type Repository } from "./repository.ts";

const real = nodeHost();
const host = dryRun(real);

describe("a commit in a dry run", () => {
  let repository: Repository;
  beforeEach(() => {
    repository = makeRepository();
  });
  afterEach(() => repository.remove());

  test("says what it would write, and writes nothing", async () => {
    const before = statSync(repository.root, { bigint: true }).mtimeNs;
    expect(await commit(host, changesOf(repository), { state: repository.state })).toHaveLength(names.length);
    await checkWritable(host, join(repository.root, "a.yaml"), { state: repository.state });
    expect(overall(repository)).toBe("old");
    expect(strays(repository)).toEqual([]);
    expect(statSync(repository.root, { bigint: true }).mtimeNs).toBe(before);
  });

  test("of a stream too says what is not what was meant", async () => {
    async function* content(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode("something else");
    }
    const changes = changesOf(repository).map((change) => ({ ...change, content: content() }));
    await expect(commit(host, changes, { state: repository.state })).rejects.toThrow("are not the new ones");
  });

  test("fails where a file was changed meanwhile", async () => {
    writeFileSync(join(repository.root, "a.yaml"), "changed");
    await expect(commit(host, changesOf(repository), { state: repository.state })).rejects.toMatchObject({
      code: "changed",
    });
    await expect(
      commit(host, [{ ...changesOf(repository)[0]!, path: join(repository.root, "sub") }], { state: repository.state }),
    ).rejects.toMatchObject({ code: "refused" });
  });

  test("leaves what another run began, and says so", async () => {
    mkdirSync(repository.state);
    expect(await recover(host, repository.state)).toEqual([]);
    writeFileSync(join(repository.state, "journal"), "x");
    await expect(recover(host, repository.state)).rejects.toMatchObject({ code: "busy" });
    expect(readdirSync(repository.state)).toEqual(["journal"]);
  });
});

describe("files in a dry run", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dry-test-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const at = (name: string): string => join(directory, name);

  test("stay as they are, whoever writes", async () => {
    const { files } = host;
    writeFileSync(at("a"), "old", { mode: 0o640 });
    mkdirSync(at("empty"));
    await expect(files.open(at("b"), "create")).rejects.toThrow("a dry run makes no file");
    await files.chmod(at("a"), 0o600);
    await files.chown(at("a"), 1, 1);
    await files.rename(at("a"), at("b"));
    await files.link(at("a"), at("c"));
    await files.remove(at("a"));
    await files.removeDirectory(at("empty"));
    await files.makeDirectory(at("no/deep"));
    expect(readdirSync(directory).toSorted()).toEqual(["a", "empty"]);
    expect(await files.stat(at("a"))).toEqual(await real.files.stat(at("a")));
    expect(readFileSync(at("a"), "utf8")).toBe("old");
  });

  test("in a scratch directory are real, because an editor must see them", async () => {
    const here = dryRun({
      ...real,
      system: { ...real.system, temporary: directory },
      files: { ...real.files, inMemory: () => Promise.resolve(false) },
    });
    await withScratch(here, { name: "a", bytes: new TextEncoder().encode("plain") }, async (scratch) => {
      expect(readFileSync(scratch.path, "utf8")).toBe("plain");
      writeFileSync(scratch.path, "edited");
      expect(new TextDecoder().decode(await scratch.read())).toBe("edited");
    });
    expect(readdirSync(directory)).toEqual([]);
  });
});
