/** Which files that only look as if they were sealed, or sealed to the right readers, must be found? */
import { parseRecipient } from "../../../src/keys/index.ts";
import { scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { ageFile } from "../sealed.ts";
import { adding, ageIn, onFile, ownOnly, wholeYaml, type Mutation } from "./mutation.ts";

const ALICE = "age-1.pub";
const STRANGER = "age-9.pub";
const FILE = "secrets/app.yaml";
const DATA_KEY = "0123456789abcdef0123456789abcdef";
const ARMOR = /-----BEGIN AGE ENCRYPTED FILE-----[^-]+-----END AGE ENCRYPTED FILE-----/;

/** An entry of the sops file as it might be written for these keys. */
async function armored(repository: Repository, keys: readonly string[], text = DATA_KEY): Promise<string> {
  const recipients = await Promise.all(keys.map((key) => parseRecipient(scriptKey(key))));
  const bytes = await ageFile(repository.policy, { path: FILE, text }, { recipients, hint: false, armor: true });
  return bytes.toString().trim();
}

/** The file with this in place of what the entry of its reader holds. */
function withEntry(name: string, rule: string, enc: (repository: Repository) => Promise<string> | string): Mutation {
  return ownOnly(
    onFile(name, wholeYaml, async (repository, file) => {
      const text = (await enc(repository)).replaceAll("\n", "\n            ");
      repository.edit(file, (before) => {
        const at = before.indexOf(`recipient: ${scriptKey(ALICE)}`);
        const start = Math.max(before.lastIndexOf("- enc:", at), before.lastIndexOf("- recipient:", at));
        return before.slice(0, start) + before.slice(start).replace(ARMOR, text);
      });
      return [`${rule} ${file}`];
    }),
  );
}

const header = (bytes: Buffer) => bytes.subarray(0, bytes.indexOf("\n", bytes.indexOf("\n---") + 1) + 1);

function withPayload(name: string, change: (bytes: Buffer) => Uint8Array): Mutation {
  return onFile(
    name,
    (repository) => ageIn(repository)[0],
    (repository, file) => {
      repository.write(file, change(repository.read(file)));
      return [`SEC009 ${file}`];
    },
  );
}

function withValue(name: string, fields: string): Mutation {
  return onFile(name, wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/(password: )ENC\[[^\]]*\]/, `$1ENC[AES256_GCM,${fields},type:str]`));
    return [`SEC005 ${file}`];
  });
}

const zeros = (size: number) => Buffer.alloc(size, 0x80).toString("base64");

export const lookAlikes: readonly Mutation[] = [
  withEntry("the entry of a reader is open to a stranger too", "SEC004", (repository) =>
    armored(repository, [ALICE, STRANGER]),
  ),
  withEntry("the entry of a reader has a stanza of another kind", "SEC004", (repository) =>
    armored(repository, ["ed25519-1.pub"]),
  ),
  withEntry("the entry of a reader holds more than a data key", "SEC005", (repository) =>
    armored(repository, [ALICE], "password: swordfish-1942, and more of that kind"),
  ),
  withEntry(
    "the entry of a reader holds plaintext between its marks",
    "SEC005",
    () => "-----BEGIN AGE ENCRYPTED FILE-----\nDB_PASSWORD=swordfish\n-----END AGE ENCRYPTED FILE-----",
  ),
  ownOnly(
    onFile("a reader has a second entry, of a stranger", wholeYaml, async (repository, file) => {
      const enc = (await armored(repository, [STRANGER])).replaceAll("\n", "\n              ");
      const entry = `      - enc: |\n              ${enc}\n          recipient: ${scriptKey(ALICE)}\n`;
      repository.edit(file, (text) => text.replace("    age:\n", `    age:\n  ${entry}`));
      return [`SEC004 ${file}`];
    }),
  ),
  withValue("an encrypted value has a short nonce", `data:${zeros(9)},iv:${zeros(12)},tag:${zeros(16)}`),
  withValue(
    "an encrypted value is text",
    `data:${Buffer.from("the password is swordfish-1942").toString("base64")},iv:${zeros(32)},tag:${zeros(16)}`,
  ),
  withPayload("text stands behind an age header", (bytes) =>
    Buffer.concat([header(bytes), Buffer.from("DB_PASSWORD=swordfish-1942\n")]),
  ),
  withPayload("a payload is cut short", (bytes) => bytes.subarray(0, header(bytes).length + 30)),
  withPayload("a payload is gone", header),
  ...["x.sample.age", "db.template.age"].map((name) =>
    ownOnly(adding(`plaintext as ${name}`, `secrets/${name}`, () => "DB_PASSWORD=swordfish-1942\n", "SEC009")),
  ),
  ownOnly(
    onFile(
      "a rule without keys comes before the one of a file",
      () => ".sops.yaml",
      (repository, file) => {
        repository.edit(file, (text) =>
          text.replace("creation_rules:\n", "creation_rules:\n  - path_regex: ^secrets/app\\.yaml$\n"),
        );
        return [`SEC017 ${file}`, `SEC004 ${FILE}`];
      },
    ),
  ),
];
