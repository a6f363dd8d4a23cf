/**
 * Which plaintext counts as a secret under a rule that is broad, or that encrypts some keys only, and which does not?
 *
 * Each case has a policy of its own in `sub/`, with one rule, and one file.
 */
import type { Repository } from "../repository.ts";
import { ownOnly, READERS, type Mutation } from "./mutation.ts";

const KEYS = "encrypted_regex: ^(data|stringData|password|token)$";
const RULES = {
  broad: KEYS,
  "broad, without keys": "mac_only_encrypted: false",
  narrow: `path_regex: ^(k8s|docs)/\n    ${KEYS}`,
  "narrow, without keys": "path_regex: ^(k8s|chart|docs)/",
  "several formats": String.raw`path_regex: ^hosts/[^/]+/[^/]+\.(yml|json|env|ini)$`,
  "always, with keys": `enforce: always\n    ${KEYS}`,
  always: "enforce: always",
} as const;

const SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n";
const FILLED = `${SECRET}stringData:\n  password: swordfish-1942\n`;
const nested = (text: string, blanks: number) => text.trimEnd().replaceAll(/^/gm, " ".repeat(blanks));
const inList = (text: string) => `apiVersion: v1\nkind: List\nitems:\n  -\n${nested(text, 4)}\n`;
const release = (text: string) =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: app\nspec:\n  values:\n${nested(text, 4)}\n`;
const CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  mode: production\n";
const EXTERNAL =
  "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: app\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: prod/app\n";
const SEALED =
  "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: app\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq\n  template:\n    data:\n      user: app\n";
const DEFINITION =
  "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: apps.example.org\nspec:\n  schema:\n    properties:\n      data:\n        type: string\n      password:\n        type: string\n";
const TEMPLATE = `${SECRET}stringData:\n  password: {{ .Values.password | quote }}\n{{- if .Values.token }}\n  token: "{{ .Values.token }}-{{ .Release.Name }}"\n{{- end }}\n`;

type Case = readonly [name: string, rule: keyof typeof RULES, file: string, text: string];

const FOUND: readonly Case[] = [
  ["a password in a host's settings", "several formats", "hosts/a/db.yml", "db:\n  password: swordfish-1942\n"],
  [
    "a password in a host's settings in JSON",
    "several formats",
    "hosts/a/db.json",
    '{ "passwords": { "a": "swordfish-1942" } }\n',
  ],
  ["a dotenv file of a host", "several formats", "hosts/a/db.env", "A=swordfish-1942\n"],
  ["a Secret in a List", "broad", "a.yaml", inList(FILLED)],
  ["a Secret in a List, without keys", "broad, without keys", "a.yaml", inList(FILLED)],
  ["a Secret in a List", "narrow", "k8s/a.yaml", inList(FILLED)],
  [
    "a Secret in a List in JSON",
    "broad",
    "a.json",
    JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [{ apiVersion: "v1", kind: "Secret", data: { a: "c2VjcmV0" } }],
    }),
  ],
  ["a Secret in the values of a chart", "broad", "a.yaml", release(`extraObjects:\n  -\n${nested(FILLED, 4)}`)],
  ["a Secret beside a ConfigMap", "broad", "a.yaml", `${CONFIG}---\n${FILLED}`],
  ["a key in the values of a chart", "narrow", "k8s/a.yaml", release("auth:\n  password: swordfish-1942")],
  ["a key without any kind", "broad", "config/a.yaml", "db:\n  password: swordfish-1942\n"],
  ["the data of a Secret without its kind", "broad", "patch.yaml", "stringData:\n  a: swordfish-1942\n"],
  ["a key in a list", "broad", "a.yaml", "users:\n  - name: a\n    token: swordfish-1942\n"],
  ["a variable with a default unencrypted", "broad", "a.yaml", 'password: "${PASSWORD:-swordfish-1942}"\n'],
  [
    "an expression with a default unencrypted",
    "broad",
    "a.yaml",
    "password: ${{ secrets.PASSWORD || 'swordfish-1942' }}\n",
  ],
  ["a word that stands for a value", "broad", "a.yaml", "password: changeme\n"],
  ["a reference in a file that is sealed whole", "narrow, without keys", "k8s/a.yaml", 'password: "${PASSWORD}"\n'],
  ["a reference where the rule says always", "always, with keys", "a.yaml", 'password: "${PASSWORD}"\n'],
  ["a ConfigMap where the rule says always", "always, with keys", "a.yaml", CONFIG],
  ["a document where the rule says always", "always", "README.md", "# Passwords\n\nswordfish-1942\n"],
  ["an example where the rule says always", "always", "app.example.yaml", "password: swordfish-1942\n"],
  ["a notice that is YAML", "narrow, without keys", "k8s/NOTICE.yaml", "password: swordfish-1942\n"],
  ["a license that is an environment", "narrow, without keys", "k8s/LICENSE.env", "KEY=swordfish-1942\n"],
  ["a readme that is JSON", "narrow, without keys", "k8s/README.json", '{ "password": "swordfish-1942" }\n'],
  ["a manifest below docs under a narrow rule", "narrow", "docs/secret.yaml", FILLED],
  [
    "a chart that speaks of {{ in a comment",
    "narrow, without keys",
    "chart/templates/a.yaml",
    `# no {{ here\n${FILLED}`,
  ],
  [
    "a chart that speaks of {{ behind a value",
    "broad",
    "chart/templates/a.yaml",
    FILLED.replace("app\n", "app # {{\n"),
  ],
  [
    "a literal beside an action",
    "narrow, without keys",
    "chart/templates/a.yaml",
    `${TEMPLATE}  url: swordfish-1942\n`,
  ],
  [
    "a literal beside an action, under a broad rule",
    "broad",
    "chart/templates/a.yaml",
    `${TEMPLATE}  url: swordfish-1942\n`,
  ],
  [
    "a literal beside an action in no Secret",
    "narrow, without keys",
    "chart/templates/a.yaml",
    "host: {{ .Values.host }}\npassword: swordfish-1942\n",
  ],
  ["a separator and a comment, which sops seals", "narrow, without keys", "k8s/a.yaml", "---\n# swordfish-1942\n"],
  [
    "the data of an object of another kind",
    "narrow",
    "k8s/a.yaml",
    "apiVersion: v1\nkind: Vault\ndata:\n  a: swordfish-1942\n",
  ],
  [
    "the data of a template in a SopsSecret",
    "narrow",
    "k8s/a.yaml",
    "apiVersion: isindir.github.com/v1\nkind: SopsSecret\nspec:\n  templates:\n    - data:\n        a: swordfish-1942\n",
  ],
  [
    "the string data in the values of a chart",
    "narrow",
    "k8s/a.yaml",
    release("secret:\n  stringData:\n    a: swordfish-1942"),
  ],
  ["a key in a file that is a list", "narrow", "k8s/a.yaml", "# users\n- name: a\n  password: swordfish-1942\n"],
  ["a key in a JSON file that is a list", "broad", "a.json", '[{ "password": "swordfish-1942" }]\n'],
  [
    "a literal beside an action, in no directory of templates",
    "broad",
    "deploy/a.yaml",
    `${TEMPLATE}  url: swordfish-1942\n`,
  ],
];

const NOT_FOUND: readonly Case[] = [
  ["a ConfigMap in a List", "narrow", "k8s/a.yaml", inList(CONFIG)],
  ["an ExternalSecret", "broad", "a.yaml", EXTERNAL],
  ["an ExternalSecret under a narrow rule", "narrow", "k8s/a.yaml", EXTERNAL],
  ["a SealedSecret", "broad", "a.yaml", SEALED],
  ["a SealedSecret under a narrow rule", "narrow", "k8s/a.yaml", SEALED],
  ["a definition of a resource", "broad", "a.yaml", DEFINITION],
  ["a definition of a resource under a narrow rule", "narrow", "k8s/a.yaml", DEFINITION],
  [
    "a key in the values of a chart under a broad rule",
    "broad",
    "a.yaml",
    release("auth:\n  password: swordfish-1942"),
  ],
  [
    "a kustomization that makes secrets",
    "broad",
    "kustomization.yaml",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n  - name: app\n    files: [password=secret.enc]\n",
  ],
  [
    "a Secret whose values are put in later",
    "broad",
    "a.yaml",
    `${SECRET}stringData:\n  password: \${PASSWORD}\n  token: <path:secret/data/app#token>\n`,
  ],
  [
    "a Secret whose values are put in later, under a narrow rule",
    "narrow",
    "k8s/a.yaml",
    `${SECRET}stringData:\n  password: ref+vault://secret/app#/password\n  token: op://vault/app/token\n`,
  ],
  [
    "a workflow",
    "broad",
    ".github/workflows/ci.yml",
    "on: push\njobs:\n  a:\n    steps:\n      - uses: docker/login-action@v3\n        with:\n          username: ${{ github.actor }}\n          password: ${{ secrets.GITHUB_TOKEN }}\n",
  ],
  [
    "a workflow that asks for secrets",
    "broad",
    ".github/workflows/call.yml",
    "on:\n  workflow_call:\n    secrets:\n      token:\n        required: true\n",
  ],
  ["values that are empty", "broad", "values.yaml", 'auth:\n  password: ""\n  token:\n'],
  [
    "a volume called data",
    "broad",
    "compose.yaml",
    "services:\n  db:\n    volumes: [data:/var]\nvolumes:\n  data:\n    driver: local\n",
  ],
  [
    "an answer in JSON whose field is called data",
    "broad",
    "test/answer.json",
    '{ "data": [{ "id": 1, "name": "a" }] }\n',
  ],
  [
    "an interface",
    "broad",
    "api/openapi.yaml",
    "openapi: 3.1.0\ncomponents:\n  schemas:\n    Login:\n      properties:\n        password:\n          type: string\n  parameters:\n    token:\n      in: query\n",
  ],
  [
    "a schema of values",
    "broad",
    "values.json",
    '{ "$schema": "https://json-schema.org/draft/2020-12/schema", "properties": { "password": { "type": "string" } }, "required": ["password"] }\n',
  ],
  [
    "properties of a schema without its mark",
    "broad",
    "a.json",
    '{ "properties": { "password": { "type": "string" } } }\n',
  ],
  ["a manifest below docs", "broad", "docs/secret.yaml", FILLED],
  ["a manifest below examples", "broad, without keys", "examples/app/secret.yaml", FILLED],
  ["an input of a build", "several formats", "hosts/a/facter.json", '{ "version": 1, "system": "x86_64-linux" }\n'],
  [
    "an example of encrypted values in a comment",
    "narrow",
    "k8s/a.yaml",
    `# password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n${CONFIG}`,
  ],
  ["a chart", "broad", "chart/templates/secret.yaml", TEMPLATE],
  ["a chart under a narrow rule", "narrow, without keys", "chart/templates/secret.yaml", TEMPLATE],
  [
    "a chart whose data come from a range",
    "narrow, without keys",
    "chart/templates/secret.yaml",
    `${SECRET}data:\n  {{- range $key, $value := .Values.secrets }}\n  {{ $key }}: {{ $value | b64enc }}\n  {{- end }}\n`,
  ],
  [
    "a chart whose data come from a file",
    "narrow, without keys",
    "chart/templates/secret.yaml",
    `${SECRET}stringData:\n  config.ini: |\n    [db]\n    password = {{ .Values.password }}\n`,
  ],
  [
    "a chart of something else",
    "narrow, without keys",
    "chart/templates/deployment.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: 2\n",
  ],
  ["nothing but comments", "narrow, without keys", "k8s/a.yaml", "# to come\n\n  # later\n"],
  ["nothing but a separator", "always", "a.yaml", "---\n"],
  [
    "a text of a broad rule that speaks of encrypted values",
    "broad",
    "src/a.go",
    'package a\n\nconst mark = "ENC[AES256_GCM,"\n',
  ],
  [
    "a document of a broad rule that shows encrypted values",
    "broad, without keys",
    "docs/a.yaml",
    "password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n",
  ],
  [
    "a policy where the rule says always",
    "always",
    "deep/.sops.yaml",
    `creation_rules:\n  - path_regex: ^x/\n    age: ${READERS.alice}\n`,
  ],
  [
    "a volume in the values of a chart",
    "narrow",
    "k8s/a.yaml",
    release("persistence:\n  data:\n    existingClaim: app\n    size: 1Gi"),
  ],
  ["a patch that is a list", "narrow", "k8s/patch.yaml", "---\n- op: replace\n  path: /spec/replicas\n  value: 2\n"],
  ["a template in no directory of templates", "broad", "deploy/a.yaml", TEMPLATE],
];

const caseOf =
  (isFound: boolean) =>
  ([name, rule, file, text]: Case): Mutation =>
    ownOnly({
      name: `${rule}: ${name}`,
      apply: (repository: Repository) => {
        const path = `sub/${file}`;
        repository.write(
          "sub/.sops.yaml",
          `users:\n  alice: ${READERS.alice}\n  bob: ${READERS.bob}\ncreation_rules:\n  - ${RULES[rule]}\n    readers: [alice, bob]\n`,
        );
        repository.write(path, text);
        repository.git("add", "--force", "sub");
        return { expected: isFound ? [`SEC001 ${path}`] : [] };
      },
    });

export const sensitive: readonly Mutation[] = [...FOUND.map(caseOf(true)), ...NOT_FOUND.map(caseOf(false))];
