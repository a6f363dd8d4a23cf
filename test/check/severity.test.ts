import { afterAll, beforeAll, describe, expect, test } from "vitest";
import path from "node:path";
import { makeBase } from "./bases.ts";
import { copyOf, scratch, type Base, type Repository } from "./repository.ts";

const here = scratch();
afterAll(here.dispose);
let base: Base;
beforeAll(async () => {
  base = await makeBase("own", path.join(here.folder, "own"));
});
let count = 0;
const fresh = () => copyOf(base, path.join(here.folder, `copy-${count++}`));

/** What is found for a file, as `error SEC004`. */
async function foundFor(repository: Repository, file: string): Promise<string[]> {
  const { findings } = await repository.check();
  return findings.filter((each) => each.path === file).map(({ rule, severity }) => `${severity} ${rule}`);
}

const decrypted = (text: string) => text.replaceAll(/(?<!mac: )ENC\[AES256_GCM,[^\]]*\]/g, "swordfish");

describe("a file that leaves its values to comments, where the rule does not", () => {
  test.each([
    ["encrypted_comment_regex: nope", decrypted],
    ["unencrypted_comment_regex: swordfish", (text: string) => decrypted(text).replace(/^/, "# swordfish\n")],
  ])("%s: what stands in clear by it is an error", async (setting, change) => {
    const repository = await fresh();
    const file = "secrets/app.yaml";
    repository.edit(file, (text) => change(text).replace(/unencrypted_suffix: .*/, setting));

    expect(await foundFor(repository, file)).toContain("error SEC003");
  });
});
