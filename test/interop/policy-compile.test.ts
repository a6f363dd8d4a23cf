/** Does stock sops encrypt for the very readers of a policy once it is compiled? */
import { expect } from "vitest";
import { json } from "../../src/formats/json.ts";
import { compilePolicyText } from "../../src/policy/compile.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { sopsRecipients } from "../../src/policy/sops-recipients.ts";
import { identitiesOf, opened } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { KEYS, withSops, type Sops } from "./sops-peer.ts";

const TEXT = '{\n\t"a": "x"\n}\n';
const recipientOf = async (key: string) => (await identitiesOf(key))[0]?.recipients[0]?.text ?? "";
const [NATIVE, ED25519, RSA] = await Promise.all([KEYS.native, KEYS.ed25519, KEYS.rsa].map(recipientOf));

const people = (as: string) =>
  `users:\n  alice: ${NATIVE}\n  bob: { keys: [${ED25519}], as: ${as} }\n  carol: [${RSA}]\nteams:\n  ops: [alice, bob, carol]\n`;

const LAYOUTS: Readonly<Record<string, string>> = {
  "one recipient": "creation_rules:\n  - readers: [alice]\n",
  "several recipients": `${people("age")}creation_rules:\n  - path_regex: json$\n    readers: [ops]\n`,
  "an SSH key by its SSH face": `${people("ssh")}creation_rules:\n  - readers: [ops]\n    path_regex: json$\n`,
  "both faces of an SSH key": `${people("both")}creation_rules:\n  - readers:\n    - ops # all\n    path_regex: json$`,
  "Windows line ends": `${people("ssh")}creation_rules:\n  - readers: [ops]\n    path_regex: json$\n`.replaceAll(
    "\n",
    "\r\n",
  ),
  "a byte order mark": `\uFEFF${people("age")}creation_rules:\n  - readers: [ops]\n`,
  braces: `${people("ssh")}creation_rules: [{ path_regex: json$, readers: [ops] }]\n`,
  JSON: `{"users":{"alice":"${NATIVE}","bob":"${ED25519}"},"creation_rules":[{"readers":["alice","bob"]}]}`,
  comments: `${people("age")}creation_rules:\n  - age: # old\n      - ${RSA} # carol\n      # gone\n    readers: [alice, bob]\n    # next\n`,
  "a shared rule": `${people("age")}all: &all\n  readers: [ops]\ncreation_rules:\n  - <<: *all\n    path_regex: json$\n`,
};

async function encryptsForItsReaders(sops: Sops, layout: string): Promise<void> {
  const text = layout.startsWith("creation_rules") ? people("age") + layout : layout;
  const readers = (await parsePolicy(text, ".sops.yaml")).rule("a.json")?.readers ?? [];
  sops.write(".sops.yaml", (await compilePolicyText(text, ".sops.yaml")).text);
  sops.write("a.json", TEXT);
  const sealed = sops.run(["encrypt", "a.json"]);
  const document = await opened(sealed, json, await identitiesOf(KEYS.native));
  expect(document.openText).toBe(TEXT);
  const written: unknown = JSON.parse(sealed);
  const wanted = sopsRecipients(readers).map((recipient) => ({ recipient: recipient.text }));
  expect(wanted.length).toBeGreaterThan(0);
  expect(written).toMatchObject({ sops: { age: wanted } });
}

async function failsHarmlessly(sops: Sops): Promise<void> {
  sops.write(".sops.yaml", `${people("age")}creation_rules:\n  - readers: [ops]\n`);
  sops.write("a.json", TEXT);
  expect(() => sops.run(["encrypt", "--in-place", "a.json"])).toThrow("empty key group");
  expect(sops.read("a.json")).toBe(TEXT);
}

describePeer("sops", (check) => {
  check("a policy that is not compiled makes stock sops fail, and the file stays as it was", async (path) => {
    await withSops(path, { native: KEYS.native }, failsHarmlessly);
  });

  for (const [title, layout] of Object.entries(LAYOUTS)) {
    check(`once compiled, stock sops encrypts for exactly the readers: ${title}`, async (path) => {
      await withSops(path, { native: KEYS.native }, (sops) => encryptsForItsReaders(sops, layout));
    });
  }
});
