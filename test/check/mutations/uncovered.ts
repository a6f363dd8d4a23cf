/** Which unencrypted files that no rule covers were probably meant to be covered? */
import { PLAINTEXTS } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { ownOnly, READERS, type Mutation } from "./mutation.ts";

/** In a directory of its own, since the base has a rule for every YAML file. */
const POLICY = `creation_rules:
  - path_regex: ^secrets/.*\\.yaml$
    age: ${READERS.alice}
  - path_regex: ^k8s/.*\\.yaml$
    encrypted_regex: ^(data|stringData)$
    age: ${READERS.alice}
`;

const YAML = "database:\n  password: swordfish-1942\n";
const REFERRING = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  password: ${PASSWORD}\n";

const FOUND: readonly (readonly [name: string, file: string, text: string])[] = [
  ["another ending of YAML beside a rule", "k8s/db.yml", PLAINTEXTS.kubernetes],
  ["another case beside a rule", "K8s/db.yaml", PLAINTEXTS.kubernetes],
  ["a directory in another case", "Secrets/db.yaml", YAML],
  ["a directory without its s", "secret/db.yaml", YAML],
  ["another kind of file beside secrets", "secrets/db.txt", "swordfish-1942\n"],
  ["a Secret without a rule", "deploy/secret.yml", PLAINTEXTS.kubernetes],
  [
    "a Secret in JSON without a rule",
    "deploy/secret.json",
    JSON.stringify({ apiVersion: "v1", kind: "Secret", stringData: { a: "swordfish-1942" } }),
  ],
];

const PASSED: readonly (readonly [name: string, file: string, text: string])[] = [
  [
    "a ConfigMap without a rule",
    "deploy/config.yml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  mode: production\n",
  ],
  ["a Secret that takes its values from elsewhere", "deploy/secret.yml", REFERRING],
  ["a Secret of a test", "tests/secret.yml", PLAINTEXTS.kubernetes],
  ["a Secret of the documentation", "docs/secret.yml", PLAINTEXTS.kubernetes],
  ["an ordinary file with the other ending of a broad rule", "src/locales.yml", "password: Passwort\n"],
  ["a Secret in which nothing is", "deploy/later.yml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: later\n"],
];

export const uncovered: readonly Mutation[] = [
  ...FOUND.map(([name, file, text]) => inSub(`uncovered: ${name}`, { file, text, rule: "SEC019" })),
  ...PASSED.map(([name, file, text]) => inSub(`uncovered, rightly: ${name}`, { file, text, rule: undefined })),
];

function inSub(name: string, { file, text, rule }: { file: string; text: string; rule: string | undefined }): Mutation {
  return ownOnly({
    name,
    apply: (repository: Repository) => {
      repository.write("sub/.sops.yaml", POLICY);
      repository.write(`sub/${file}`, text);
      repository.git("add", "sub");
      return { expected: rule === undefined ? [] : [`${rule} sub/${file}`] };
    },
  });
}
