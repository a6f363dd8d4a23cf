/** Which gate stops which verb? One row per verb, one column per gate; a gate that a verb forgets is an empty cell here. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as library from "../../src/index.ts";
import type { Project, WriteOptions } from "../../src/index.ts";
import { gates } from "../../src/operations/writing/gates.ts";

const FINGERPRINT = "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4";

/** How a policy of people and a rule trips one gate and no other. */
interface Column {
  readonly gate: string;
  /** What is in the rule once the files were made. */
  readonly rule: string;
  /** What the error, or the warning, of this gate says. */
  readonly says: RegExp;
  /** Only confirmed keys are wanted, and none is. */
  readonly trust?: boolean;
  /** The verbs are not told to bring the file to the policy. */
  readonly keepsReaders?: boolean;
}

const columns: readonly Column[] = [
  { gate: "the rule can be served", rule: "readers: [alice], age: $bob", says: /`age` list differs/ },
  {
    gate: "the file agrees with the policy",
    rule: "readers: [alice, bob]",
    says: /readers differ from the policy/,
    keepsReaders: true,
  },
  {
    gate: "the file can be rekeyed here",
    rule: `age: $alice, pgp: ${FINGERPRINT}`,
    says: /cannot be rekeyed/,
  },
  {
    gate: "nothing is left unencrypted",
    rule: "readers: [alice], encrypted_regex: ^note",
    says: /would leave encrypted values unencrypted/,
  },
  { gate: "a person can read it", rule: "readers: [web1]", says: /no person could read it/ },
  {
    gate: "the writer can open it",
    rule: "key_groups: [{ age: [alice] }, { age: [bob] }]",
    says: /you could not open it/,
  },
  { gate: "its keys are confirmed", rule: "readers: [alice]", says: /you have not confirmed/, trust: true },
  {
    gate: "the writer is told who cannot read it",
    rule: "readers: [bob]",
    says: /none of your keys is among its readers/,
  },
];

type Verb = (project: Project, options: WriteOptions) => Promise<unknown>;

/** `stops` or `tells` where this very gate does, the code where another stands before it, `-` where the verb goes on. */
const table = `
verb                  | served | agrees | brought | clear   | person | writer | keys  | told
set a.age             | stops  | stops  | -       | -       | stops  | policy | stops | tells
set a.yaml            | stops  | stops  | stops   | stops   | stops  | stops  | stops | tells
edit a.yaml           | stops  | stops  | stops   | stops   | stops  | stops  | stops | tells
unset a.yaml          | stops  | stops  | stops   | stops   | stops  | stops  | stops | tells
encrypt over a.age    | stops  | stops  | -       | -       | stops  | policy | stops | tells
rotate a.yaml         | stops  | stops  | stops   | stops   | stops  | stops  | stops | tells
rekey a.age           | stops  | -      | -       | -       | stops  | policy | stops | tells
rekey a.yaml          | stops  | -      | stops   | stops   | stops  | stops  | stops | tells
updatekeys a.yaml     | stops  | -      | stops   | stops   | stops  | stops  | stops | tells
set new.age           | stops  | -      | -       | -       | -      | policy | stops | tells
edit new.yaml         | stops  | -      | refused | refused | -      | stops  | stops | tells
encrypt -i plain.age  | stops  | -      | -       | -       | -      | policy | stops | tells
encrypt -i plain.yaml | stops  | -      | refused | refused | -      | stops  | stops | tells
`;

const raw = async () => ({ bytes: Buffer.from("new"), form: "raw" as const });
const content = async function* () {
  yield Buffer.from("password: new\nnote: other\n");
};

const verbs: Readonly<Record<string, Verb>> = {
  "set a.age": (project, options) => library.setSecret(project, "a.age", { value: raw, options }),
  "set a.yaml": (project, options) => library.setSecret(project, "a.yaml", { key: "password", value: raw, options }),
  "edit a.yaml": (project, options) => library.editSecret(project, "a.yaml", { ...options, content }),
  "unset a.yaml": (project, options) => library.unsetKey(project, "a.yaml", { key: "other", options }),
  "encrypt over a.age": (project, options) =>
    library.encrypt(project, { inputs: ["plain.yaml"], output: "a.age", ...options }),
  "rotate a.yaml": (project, options) => library.rotate(project, ["a.yaml"], options),
  "rekey a.age": (project) => library.rekey(project, ["a.age"], { force: true }),
  "rekey a.yaml": (project) => library.rekey(project, ["a.yaml"], { force: true }),
  "updatekeys a.yaml": (project) => library.updateKeys(project, ["a.yaml"], { approve: true, force: true }),
  "set new.age": (project, options) => library.setSecret(project, "new.age", { value: raw, options }),
  "edit new.yaml": (project, options) => library.editSecret(project, "new.yaml", { ...options, content }),
  "encrypt -i plain.age": (project, options) =>
    library.encrypt(project, { inputs: ["plain.age"], inPlace: true, ...options }),
  "encrypt -i plain.yaml": (project, options) =>
    library.encrypt(project, { inputs: ["plain.yaml"], inPlace: true, ...options }),
};

let keys: Readonly<Record<"alice" | "bob" | "web1", { readonly secret: string; readonly recipient: string }>>;
let work: string;

beforeAll(async () => {
  const key = async () => {
    const secret = await generateX25519Identity();
    return { secret, recipient: await identityToRecipient(secret) };
  };
  keys = { alice: await key(), bob: await key(), web1: await key() };
  work = mkdtempSync(join(tmpdir(), "gates-"));
  mkdirSync(join(work, "careful", ".config", "secrets"), { recursive: true });
  writeFileSync(join(work, "careful", ".config", "secrets", "config.yaml"), "trust: pin\n");
  const made = enter("made", "readers: [alice]");
  for (const output of ["a.age", "a.yaml"])
    await library.encrypt(await open(made, []), { inputs: ["plain.yaml"], output });
});

afterAll(() => {
  rmSync(work, { recursive: true });
});

function policy(rule: string): string {
  const people = `users: { alice: ${keys.alice.recipient}, bob: ${keys.bob.recipient} }\nhosts: { web1: ${keys.web1.recipient} }\n`;
  const inserted = rule.replaceAll(/\$(alice|bob)/g, (_, name: "alice" | "bob") => keys[name].recipient);
  return `${people}creation_rules: [{ path_regex: .*, ${inserted} }]\n`;
}

/** A repository of its own, with this rule and two plaintexts. */
function enter(name: string, rule: string): string {
  const directory = join(work, name);
  mkdirSync(join(directory, ".git"), { recursive: true });
  writeFileSync(join(directory, ".sops.yaml"), policy(rule));
  for (const plain of ["plain.yaml", "plain.age"])
    writeFileSync(join(directory, plain), "password: one\nother: two\nnote: three\n");
  return directory;
}

async function open(directory: string, warnings: string[], home = "nowhere"): Promise<Project> {
  const host = await library.systemHost();
  return library.openProject({
    host: {
      ...host,
      env: { SOPS_AGE_KEY: keys.alice.secret },
      system: { ...host.system, home: join(work, home), cwd: directory },
      terminal: { ...host.terminal, canAsk: false, canEdit: false },
      streams: { ...host.streams, stdout: async () => {} },
    },
    say: (line) => warnings.push(line),
  });
}

async function cell(verb: Verb, { rule, says, trust, keepsReaders }: Column): Promise<string> {
  const directory = enter(mkdtempSync(join(work, "run-")).slice(work.length), rule);
  for (const file of ["a.age", "a.yaml"]) copyFileSync(join(work, "made", file), join(directory, file));
  const warnings: string[] = [];
  const project = await open(directory, warnings, trust === true ? "careful" : undefined);
  try {
    await verb(project, { rekey: keepsReaders !== true });
    return warnings.some((line) => says.test(line)) ? "tells" : "-";
  } catch (error) {
    if (!(error instanceof library.SecretsError)) throw error;
    return says.test(error.message) ? "stops" : error.code;
  }
}

const rows = table
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split("|").map((word) => word.trim()));

test("every verb has a row, and every gate a column", () => {
  expect(rows.map(([name]) => name)).toEqual(Object.keys(verbs));
  expect(rows.every((row) => row.length === gates.length + 1)).toBe(true);
  expect(columns.map(({ gate }) => gate)).toEqual(gates.map(({ name }) => name));
});

test.each(rows)("%s", async (name = "", ...wanted) => {
  const verb = verbs[name] ?? (() => Promise.reject(new Error("there is no such verb")));
  const row: string[] = [];
  for (const column of columns) row.push(await cell(verb, column));
  expect(row).toEqual(wanted);
});
