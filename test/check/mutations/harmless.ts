/** What must not be noticed, whatever it looks like? */
import { fixtureKey, PLAINTEXTS, scriptKey } from "../bases.ts";
import { ageFile } from "../sealed.ts";
import { adding, ageIn, onFile, wholeYaml, type Mutation } from "./mutation.ts";

export const harmless: readonly Mutation[] = [
  adding("policy: a file of a name that sops does not read", "sub/.sops.yml", () => "creation_rules: []\n", "SEC017"),
  onFile("an encrypted file gets the line ends of Windows", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replaceAll("\n", "\r\n"));
    return [];
  }),
  onFile("an encrypted file gets a byte order mark", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => `\ufeff${text}`);
    return [];
  }),
  onFile(
    "an .age file is armored",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { armor: true }));
      return [];
    },
  ),
  onFile(
    "a sops file is renamed under the same rule",
    (repository) => (wholeYaml(repository) === "secrets/app.yaml" ? "secrets/app.yaml" : undefined),
    (repository, file) => {
      repository.move(file, "secrets/other name.yaml");
      return [];
    },
  ),
  onFile("a secret is removed", wholeYaml, (repository, file) => {
    repository.remove(file);
    return [];
  }),
  onFile("a secret is emptied", wholeYaml, (repository, file) => {
    repository.write(file, "");
    return [];
  }),
  onFile("plaintext with an allowance", wholeYaml, (repository, file) => {
    repository.write(file, `# secrets:allow SEC001 reason="a sample" until=2099-01-01\n${PLAINTEXTS.yaml}`);
    return [];
  }),
  onFile("plaintext with an allowance that has expired", wholeYaml, (repository, file) => {
    repository.write(file, `# secrets:allow SEC001 reason="a sample" until=2020-01-01\n${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  onFile("plaintext with an allowance without a reason", wholeYaml, (repository, file) => {
    repository.write(file, `# secrets:allow SEC001\n${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  {
    ...adding("a key that the settings allow", "fixtures/key", () => fixtureKey("age.key")),
    name: "a key that the settings allow",
    apply: (repository) => {
      repository.write("fixtures/key", fixtureKey("age.key"));
      repository.write(
        ".secrets-check.yaml",
        'allow:\n  - { rule: SEC007, paths: ["fixtures/**"], reason: "made for tests" }\n',
      );
      return { expected: [] };
    },
  },
  {
    ...adding("documentation in a ruled directory", "secrets/README.md", () => "# Secrets\n"),
    only: ["own", "two-class-servers"],
  },
  {
    ...adding("an example in a ruled directory", "secrets/app.example.yaml", () => PLAINTEXTS.yaml),
    only: ["own", "two-class-servers"],
  },
  { ...adding("a rule that says never", "secrets/plain/app.yaml", () => PLAINTEXTS.yaml), only: ["own"] },
  {
    ...adding(
      "a ConfigMap where a rule encrypts data",
      "k8s/configmap.yaml",
      () => "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  mode: production\n",
    ),
    only: ["own"],
  },
  {
    ...adding(
      "a ConfigMap in a Flux directory",
      "clusters/prod/configmap.yaml",
      () => "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  mode: production\n",
    ),
    only: ["flux"],
  },
  {
    ...adding(
      "a Deployment in a Flux directory",
      "clusters/prod/app.yaml",
      () => "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  replicas: 2\n",
    ),
    only: ["flux"],
  },
  {
    ...adding("ordinary YAML under a broad rule", "config/app.yaml", () => "password_policy: strict\nname: app\n"),
    only: ["own"],
  },
  {
    ...adding(
      "a template of a Secret",
      "secrets/templates/app.yaml",
      () => "apiVersion: v1\nkind: Secret\nstringData:\n  password: {{ .Values.password }}\n",
    ),
    only: ["own", "two-class-servers"],
  },
  {
    ...adding("a template by its name", "secrets/app.yaml.j2", () => "password: #{ password }#\n"),
    only: ["own", "two-class-servers"],
  },
  adding("a public key", "conf/deploy.pub", () => scriptKey("ed25519-2.pub")),
  adding(
    "a certificate",
    "conf/ca.pem",
    () =>
      `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(600, 0x30).toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
  ),
  adding(
    "an age file outside of every rule",
    "conf/backup.bin",
    () =>
      "age-encryption.org/v1\n-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\nEmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n--- Vn+54jqiiUCE+WZcEVY3f1sqHjlu/z1LCQ/T7Xm7qI0\n\u0001\u0002",
  ),
  adding(
    "base64 of a picture",
    "conf/picture.svg",
    () =>
      `<svg><image href="data:image/png;base64,${Buffer.from(Array.from({ length: 6000 }, (_, index) => (index * 7919) % 251)).toString("base64")}"/></svg>`,
  ),
  adding(
    "a parser of private keys",
    "src/pem.ts",
    () =>
      'export const pem = /-----BEGIN (RSA |EC )?PRIVATE KEY-----([^-]*)-----END/;\nexport const age = "AGE-SECRET-KEY-1";\n',
  ),
  adding(
    "the values of a chart that speaks of sops",
    "conf/values.yaml",
    () => "# no lastmodified\nsops:\n  enabled: true\n  version: 3.13.2\n  age: {}\nreplicas: 2\n",
  ),
  adding(
    "a program that makes metadata",
    "src/metadata.json",
    () => '{ "fields": { "sops": { "lastmodified": "string", "mac": "string", "version": "string" } } }\n',
  ),
  adding("a text about metadata", "src/sops.md", () => "sops:\n    lastmodified: x\n    mac: y\n    version: 3.13.2\n"),
  adding(
    "a template of metadata",
    "conf/templates/app.yaml",
    () =>
      "sops:\n    lastmodified: {{ .now }}\n    mac: {{ .mac }}\n    {{- if .version }}\n    version: 1\n    {{- end }}\n",
  ),
  adding("a list of long words", "conf/words.txt", () =>
    Array.from({ length: 200 }, (_, index) => `electroencephalographically${index}`).join("\n"),
  ),
  adding("a picture in hexadecimal", "conf/picture.h", () => Buffer.alloc(3000, "\u0089PNG").toString("hex")),
  adding("a text in UTF-16", "conf/notes.txt", () => Buffer.from("PRIVATE KEY of the house\n".repeat(20), "utf16le")),
  adding("a lock file", "yarn.lock", () =>
    Array.from({ length: 50 }, (_, index) => `  integrity sha512-${Buffer.alloc(64, index).toString("base64")}`).join(
      "\n",
    ),
  ),
];
