/** Where must a value of a secret be found? */
import { scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { sopsFile } from "../sealed.ts";
import type { Mutation } from "./mutation.ts";

const PASSWORD = 'p"ass/wör+d & more:\\42';
const TOKEN = "8f14e45fceea167a5a36dedd4bea2543";
/** No key: a block of lines as keys have them. */
const LINES = Array.from({ length: 4 }, (_, index) => Buffer.alloc(48, `line ${index} of it`).toString("base64"));
const SECRET = `password: ${JSON.stringify(PASSWORD)}\nshort: x7!kQ\nblock: |\n${LINES.map((line) => `  ${line}\n`).join("")}config: |\n  listen = 127.0.0.1\n  name = production\n`;

type Place = readonly [name: string, file: string, content: string | Uint8Array];

const FOUND: readonly Place[] = [
  ["in a document", "docs/notes.md", `log in with ${TOKEN}\n`],
  ["in YAML", "conf/app.yaml", `db:\n  token: ${TOKEN}\n`],
  ["in an environment", "conf/app.env", `TOKEN=${TOKEN}\r\n`],
  ["in JSON, escaped", "conf/app.json", `${JSON.stringify({ password: PASSWORD })}\n`],
  ["in an address", "conf/url.txt", `https://app:${encodeURIComponent(PASSWORD)}@example.org/\n`],
  ["in base64", "conf/secret.txt", `password: ${Buffer.from(PASSWORD).toString("base64")}\n`],
  ["in base64 with its line end", "conf/secret.txt", Buffer.from(`${TOKEN}\n`).toString("base64")],
  ["in the base64 of addresses", "conf/secret.txt", `key=${Buffer.from(PASSWORD).toString("base64url")}\n`],
  ["in hexadecimal", "conf/secret.txt", `0x${Buffer.from(PASSWORD).toString("hex")}\n`],
  ["in many lines", "conf/block.txt", `${LINES.join("\n")}\n`],
  ["in many lines, indented", "conf/block.yaml", `block: >\n${LINES.map((line) => `    ${line}\n`).join("")}`],
  ["in many lines of Windows", "conf/block.txt", LINES.map((line) => `${line}\r\n`).join("")],
  ["in many lines, as a program writes them", "src/block.ts", `export const block = "${LINES.join("\\n")}\\n";\n`],
  ["in a binary file", "conf/store.bin", Buffer.concat([Buffer.alloc(999, 0), Buffer.from(TOKEN), Buffer.of(0xff, 0)])],
  ["in UTF-16", "conf/notes.txt", Buffer.from(`\ufeff${TOKEN}\n`, "utf16le")],
];

const NOT_FOUND: readonly Place[] = [
  ["too short to be sought", "conf/app.env", "SHORT=x7!kQ\n"],
  ["of which only the beginning stands there", "conf/app.env", `TOKEN=${TOKEN.slice(0, -1)}\n`],
  ["a line of which is a setting", "conf/app.ini", "name = production\nlisten = 127.0.0.1\n"],
  ["a plain word of which stands there", "conf/hosts", "db.example.org\nadmin\nbackup\n"],
];

const request = { values: true };
const identities = ["../alice", "../bob"];

async function withSecret(repository: Repository): Promise<void> {
  const path = "secrets/values.yaml";
  repository.write(path, await sopsFile(repository.policy, { path, text: SECRET }));
  repository.write("../alice", scriptKey("age-1"));
  repository.write("../bob", scriptKey("ed25519-1"));
  repository.git("add", path);
}

const caseOf =
  (isFound: boolean) =>
  ([name, file, content]: Place): Mutation => ({
    name: `a value of a secret, ${name}`,
    only: ["own"],
    apply: async (repository) => {
      await withSecret(repository);
      repository.write(file, content);
      repository.git("add", file);
      return { expected: isFound ? [`SEC016 ${file}`] : [], request, identities };
    },
  });

export const values: readonly Mutation[] = [
  ...FOUND.map(caseOf(true)),
  ...NOT_FOUND.map(caseOf(false)),
  {
    name: "a value of a secret, in the clear part of another secret",
    only: ["own"],
    apply: async (repository) => {
      await withSecret(repository);
      const path = "secrets/stage/other.yaml";
      const text = `note_public: ${TOKEN}\npassword: another-1942\n`;
      repository.write(path, await sopsFile(repository.policy, { path, text }));
      repository.git("add", path);
      return { expected: [`SEC016 ${path}`], request, identities };
    },
  },
  {
    name: "a value of a secret, sealed in another secret too",
    only: ["own"],
    apply: async (repository) => {
      await withSecret(repository);
      const path = "secrets/stage/other.yaml";
      repository.write(path, await sopsFile(repository.policy, { path, text: `token: ${TOKEN}\n` }));
      repository.git("add", path);
      return { expected: [], request, identities };
    },
  },
  {
    name: "a value of a secret, in a file that git does not track",
    only: ["own"],
    apply: async (repository) => {
      await withSecret(repository);
      repository.write("conf/mine.txt", TOKEN);
      return { expected: [], request, identities };
    },
  },
];
