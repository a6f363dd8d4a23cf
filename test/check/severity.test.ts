import { afterAll, beforeAll, describe, expect, test } from "vitest";
import path from "node:path";
import { parseRecipient } from "../../src/keys/index.ts";
import type { CheckRequest } from "../../src/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { makeBase, PLAINTEXTS, scriptKey } from "./bases.ts";
import { copyOf, scratch, type Base, type Repository } from "./repository.ts";
import { READERS } from "./mutations/mutation.ts";
import { sopsFile } from "./sealed.ts";

const here = scratch();
afterAll(here.dispose);
let base: Base;
beforeAll(async () => {
  base = await makeBase("own", path.join(here.folder, "own"));
});
let count = 0;
const fresh = () => copyOf(base, path.join(here.folder, `copy-${count++}`));

/** What is found for a file, as `error SEC004`. */
async function foundFor(repository: Repository, file: string, request: CheckRequest = {}): Promise<string[]> {
  const { findings } = await repository.check(request);
  return findings.filter((each) => each.path === file).map(({ rule, severity }) => `${severity} ${rule}`);
}

const decrypted = (text: string) => text.replaceAll(/(?<!mac: )ENC\[AES256_GCM,[^\]]*\]/g, "swordfish");

describe("a file that leaves its values to comments, where the rule does not", () => {
  test.each([
    ["encrypted_comment_regex: nope", decrypted],
    ["unencrypted_comment_regex: swordfish", (text: string) => decrypted(text).replace(/^/, "# swordfish\n")],
  ])("%s: what is unencrypted by it is an error", async (setting, change) => {
    const repository = await fresh();
    const file = "secrets/app.yaml";
    repository.edit(file, (text) => change(text).replace(/unencrypted_suffix: .*/, setting));

    expect(await foundFor(repository, file)).toContain("error SEC003");
  });
});

describe("the key groups of a file", () => {
  const file = "groups/app.yaml";
  const group = (...keys: readonly string[]) => `\n      - age: [${keys.join(", ")}]`;
  const GROUPS = `${group(READERS.alice)}${group(READERS.bob)}`;

  test.each([
    [
      "two readers in both groups, where one in each was meant",
      GROUPS,
      [
        ["alice", "bob"],
        ["bob", "alice"],
      ],
      2,
      "error",
    ],
    ["a reader missing, and one group for two", GROUPS, [["alice"]], 0, "error"],
    [
      "one group for two and one of pgp",
      `${GROUPS}\n        pgp: [85D77543B3D624B63CEA9E6DBC17301B491B3F21]`,
      [["alice", "bob"]],
      0,
      "error",
    ],
    ["the groups in another order", GROUPS, [["bob"], ["alice"]], 2, "warning"],
    ["the groups of the policy", GROUPS, [["alice"], ["bob"]], 2, undefined],
  ] as const)("%s", async (...[, groups, readers, threshold, severity]) => {
    const repository = await fresh();
    const rule = `creation_rules:\n  - path_regex: ^groups/\n    shamir_threshold: 2\n    key_groups:${groups}\n`;
    repository.edit(".sops.yaml", (text) => text.replace("creation_rules:\n", rule));
    const policy = await parsePolicy(repository.text(".sops.yaml"), ".sops.yaml");
    const keys = await Promise.all(
      readers.map((names) => Promise.all(names.map((name) => parseRecipient(READERS[name])))),
    );
    repository.write(file, await sopsFile(policy, { path: file, text: PLAINTEXTS.yaml }, { readers: keys, threshold }));

    const found = (await foundFor(repository, file)).filter((each) => each.endsWith("SEC004"));
    expect(found.sort()[0]?.split(" ")[0]).toBe(severity);
  });
});

describe("a rule that names nobody", () => {
  test.each<[string, CheckRequest]>([
    ["by --staged", { mode: "staged" }],
    ["by --range", { mode: "range", range: "HEAD~1..HEAD" }],
  ])("does not hide a stranger from the policy before it: %s", async (_, request) => {
    const repository = await fresh();
    const file = "secrets/app.yaml";
    const readers = [
      await Promise.all(
        ["age-1.pub", "ed25519-1.pub", "age-3.pub", "age-9.pub"].map((key) => parseRecipient(scriptKey(key))),
      ),
    ];
    repository.write(file, await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.yaml }, { readers }));
    repository.write("secrets/.sops.yaml", "creation_rules:\n  - path_regex: .*\n");
    if (request.mode === "staged") repository.git("add", "--all");
    else repository.commit();

    expect(await foundFor(repository, file, request)).toContain("error SEC004");
    expect(await foundFor(repository, "secrets/.sops.yaml", request)).toEqual(["error SEC017"]);
  });
});

test("what is staged unencrypted is as grave as what is unencrypted there", async () => {
  const repository = await fresh();
  const file = "secrets/app.yaml";
  const sealed = repository.text(file);
  repository.edit(file, (text) => text.replace(/^#ENC\[[^\]]*\]/m, "# the database"));
  repository.git("add", "--all");
  repository.write(file, sealed);

  expect(await foundFor(repository, file, { mode: "staged" })).not.toContain("error SEC010");
});
