/** Is plaintext found that is only written in another way? Each of these passed once. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { findPrivateKeys } from "../../src/findings/private-keys/find.ts";
import { sensitivePlace } from "../../src/findings/reading/sensitivity.ts";
import { readContent } from "../../src/findings/reading/content.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";

const POLICY = `creation_rules:
  - path_regex: .*\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg
`;
const SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n  password: hunter2hunter2\n";

test.each([
  ["a key that is duplicate", `${SECRET}  password: again\n`],
  ["a template in another document", `${SECRET}---\n{{ if x }}\na: b\n{{ end }}\n`],
  ["another document that is broken", `${SECRET}---\nfoo: [a\n`],
  ["returns as line ends", SECRET.replaceAll("\n", "\r")],
  ["a letter of one byte", Buffer.concat([Buffer.from(`${SECRET}note: caf`), Buffer.of(0xe9, 0x0a)])],
  ["nesting without end", `${SECRET}a: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
])("a Secret that does not parse is found under a broad rule: %s", async (_, text) => {
  const policy = await parsePolicy(POLICY, ".sops.yaml");
  const ruling = policy.rule("a.yaml");
  const content = await readContent(Buffer.from(text), "a.yaml");
  if (ruling === undefined || content.kind !== "plain") throw new Error("nothing to look at");

  expect(await sensitivePlace(content.text, { policy, ruling, enforcement: "when-sensitive" }, "a.yaml")).toBeDefined();
});

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const der = privateKey.export({ type: "pkcs8", format: "der" });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const lines = pem.trimEnd().split("\n");

test.each([
  ["without its first line", `PRIVATE_KEY=${der.toString("base64")}\n`],
  [
    "without its first line, over several lines",
    `key: |\n${lines
      .slice(1, -1)
      .map((line) => `  ${line}\n`)
      .join("")}`,
  ],
  ["under a title of somebody's own", pem.replaceAll("PRIVATE KEY", "ED25519 PRIVATE KEY")],
  ["with the escapes of JSON", JSON.stringify(pem).replaceAll("=", "\\u003d").replaceAll("/", "\\/")],
  ["in a patch", lines.map((line) => `+${line}\n`).join("")],
  ["in a comment", lines.map((line) => `// ${line}\n`).join("")],
])("a private key is found, and proved: %s", async (_, text) => {
  expect((await findPrivateKeys(Buffer.from(text))).map(({ verified }) => verified)).toEqual([true]);
});

test("a public key and a certificate request are none", async () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const text = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  expect(await findPrivateKeys(Buffer.from(`key: ${text}\n`))).toEqual([]);
});
