import { expect, test } from "vitest";
import { keyHolders } from "../../src/check/context/key-holders.ts";
import { policySet } from "../../src/check/context/policies.ts";
import { A } from "../policy/keys.ts";
import { emptyWorld } from "../nix/world.ts";

test("what a key opens is asked of the policy once, however many copies of the key there are", async () => {
  const text = `users: { alice: ${A} }\ncreation_rules:\n  - { path_regex: ^secrets/, readers: [alice] }\n`;
  const show = (path: string) => path;
  const texts = [{ path: ".sops.yaml", bytes: Buffer.from(text) }];
  const policies = await policySet(texts, { around: (path) => ({ ...emptyWorld, path, subject: "" }), show });
  const asked: string[] = [];
  const counting = { ...policies, governs: (path: string) => (asked.push(path), policies.governs(path)) };
  const holders = keyHolders({ policies: [counting], project: { show }, root: "/r" });
  const listing = ["secrets/a.yaml", "secrets/b.yaml", "src/c.yaml"];
  const id = policies.entries[0]?.policy?.members[0]?.keys[0]?.id ?? "";

  for (let copy = 0; copy < 400; copy += 1) {
    expect(holders.find([id], listing)?.opens).toEqual(["/r/secrets/a.yaml", "/r/secrets/b.yaml"]);
  }
  expect(asked).toEqual(listing);
});
