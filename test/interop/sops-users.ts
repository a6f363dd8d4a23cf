/**
 * What do those who build on sops ask of it?
 *
 * helm-secrets, Flux (kustomize-controller), ksops, sops-nix and ansible's community.sops, as their sources of 2026 read: which arguments
 * they give to sops, by which marks they tell an encrypted file, and what they do with the answer. The files are our own.
 */

const HELM_VALUES =
  '# of the chart\nreplicas: 2\ndb:\n  user: app\n  password: hunter2 # rotated\n  ports: [5432, 5433]\nempty: ""\nnone: null\n';
const SECRET =
  'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  annotations: {a/b: "1"}\ntype: Opaque\ndata:\n  password: aHVudGVyMg==\nstringData:\n  token: |\n    line\n    two\n';
const CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  key: value\n";
const NIX = "# host\nmyservice:\n  my_subdir:\n    my_secret: password1\nplain-key: |\n  -----BEGIN\n  x\n  -----END\n";
const ENV = "# generator\nDB_USER=app\nDB_PASSWORD=hunter2=x\nPEM=a\\nb\n";
const INI = "; smtp\n[smtp]\nuser = app\npassword = hunter2\n";
const VARS = "ansible_password: hunter2\nusers:\n  - name: a\n    uid: 1001\nflag: true\n";
const KEY = Buffer.from([0, 1, 2, 0xff, 0xfe, 0x0a, 0x80]);
const K8S = "    encrypted_regex: ^(data|stringData)$\n";

export interface Use {
  /** Whose call it is. */
  readonly of: string;
  readonly file: string;
  readonly text: string | Uint8Array;
  /** Further lines of the rule. */
  readonly rule?: string;
  /** What has to stand in the encrypted file for them to see that it is one. */
  readonly mark: RegExp;
  /** Their arguments to sops; those that read standard input get the file. */
  readonly call: readonly string[];
  readonly stdin?: boolean;
  /** What they read in the answer. */
  readonly expected: string | Uint8Array | Readonly<Record<string, unknown>>;
  /** A value that we set, as KEY and JSON, and how they find it afterwards. */
  readonly set?: readonly [key: string, json: string];
}

const HELM = /mac.*,type:str]/;

export const USES: readonly Use[] = [
  {
    of: "helm-secrets",
    file: "secrets.yaml",
    text: HELM_VALUES,
    mark: /^sops:\s*$/m,
    call: ["--decrypt", "--input-type", "yaml", "--output-type", "json", "secrets.yaml"],
    expected: { replicas: 2, db: { user: "app", password: "hunter2", ports: [5432, 5433] }, empty: "", none: null },
    set: ["db/password", '"new"'],
  },
  {
    of: "helm-secrets, values of JSON",
    file: "secrets.json",
    text: '{"db": {"password": "hunter2"}}',
    mark: HELM,
    call: ["--decrypt", "--input-type", "json", "--output-type", "json", "secrets.json"],
    expected: { db: { password: "hunter2" } },
    set: ["db/password", '"new"'],
  },
  {
    of: "helm-secrets, a literal",
    file: "literal.json",
    text: '{"a": "b"}',
    mark: HELM,
    call: ["--decrypt", "--input-type", "json", "--output-type", "json", "/dev/stdin"],
    stdin: true,
    expected: { a: "b" },
  },
  {
    of: "helm-secrets, a file of another kind",
    file: "tls.key",
    text: KEY,
    mark: /"data": "ENC/,
    call: ["--decrypt", "--input-type", "binary", "--output-type", "binary", "tls.key"],
    expected: KEY,
  },
  {
    of: "helm-secrets, in place",
    file: "secrets.dev.yaml",
    text: "a: b\n",
    mark: /^sops:\s*$/m,
    call: ["--decrypt", "--input-type", "yaml", "--output-type", "yaml", "--in-place", "secrets.dev.yaml"],
    expected: "",
    set: ["a", '"c"'],
  },
  {
    of: "Flux, a Secret",
    file: "secret.yaml",
    text: SECRET,
    rule: K8S,
    mark: /mac: ENC\[/,
    call: ["decrypt", "--output-type", "json", "secret.yaml"],
    expected: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db", annotations: { "a/b": "1" } },
      type: "Opaque",
      data: { password: "aHVudGVyMg==" },
      stringData: { token: "line\ntwo\n" },
    },
    set: ["stringData/token", '"new"'],
  },
  {
    of: "Flux, an env file of a secretGenerator",
    file: "app.env",
    text: ENV,
    mark: /^sops_mac=ENC\[/m,
    call: ["decrypt", "--input-type", "dotenv", "--output-type", "dotenv", "app.env"],
    expected: ENV,
    set: ["DB_USER", '"web"'],
  },
  {
    of: "Flux, a file of a secretGenerator",
    file: "tls.crt",
    text: KEY,
    mark: /"mac": "ENC\[/,
    call: ["decrypt", "--input-type", "binary", "--output-type", "binary", "tls.crt"],
    expected: KEY,
  },
  {
    of: "Flux, an INI file of a secretGenerator",
    file: "smtp.ini",
    text: INI,
    mark: /^\[sops\]$/m,
    call: ["decrypt", "--input-type", "ini", "--output-type", "json", "smtp.ini"],
    expected: { DEFAULT: {}, smtp: { user: "app", password: "hunter2" } },
    set: ["smtp/password", '"new"'],
  },
  {
    of: "ksops, several resources in a file",
    file: "resources.enc.yaml",
    text: `${SECRET}---\n${CONFIG}`,
    rule: K8S,
    mark: /^sops:$/m,
    call: ["-d", "resources.enc.yaml"],
    expected: `apiVersion: v1
kind: Secret
metadata:
    name: db
    annotations:
        a/b: "1"
type: Opaque
data:
    password: aHVudGVyMg==
stringData:
    token: |
        line
        two
---
apiVersion: v1
kind: ConfigMap
metadata:
    name: c
data:
    key: value
`,
  },
  { of: "ksops, envs", file: "vars.env", text: ENV, mark: /^sops_mac=/m, call: ["-d", "vars.env"], expected: ENV },
  {
    of: "ksops, a file of a Secret",
    file: "id_rsa",
    text: KEY,
    mark: /"sops": \{/,
    call: ["-d", "id_rsa"],
    expected: KEY,
  },
  {
    of: "sops-nix, keys of YAML",
    file: "secrets/host.yaml",
    text: NIX,
    mark: /my_secret: ENC\[/,
    call: ["-d", "--output-type", "json", "secrets/host.yaml"],
    expected: { myservice: { my_subdir: { my_secret: "password1" } }, "plain-key": "-----BEGIN\nx\n-----END\n" },
    set: ["myservice/my_subdir/my_secret", '"new"'],
  },
  {
    of: "sops-nix, one key",
    file: "secrets/one.yaml",
    text: NIX,
    mark: /ENC\[/,
    call: ["-d", "--extract", '["myservice"]["my_subdir"]["my_secret"]', "secrets/one.yaml"],
    expected: "password1",
  },
  {
    of: "sops-nix, JSON",
    file: "secrets/host.json",
    text: '{"users": {"a": "b"}}',
    mark: /"a": ?"ENC\[/,
    call: ["-d", "--input-type", "json", "secrets/host.json"],
    expected: { users: { a: "b" } },
  },
  {
    of: "sops-nix, format binary",
    file: "secrets/krb5.keytab",
    text: KEY,
    mark: /^\{\n\t"data": "ENC\[/,
    call: ["-d", "--output-type", "binary", "secrets/krb5.keytab"],
    expected: KEY,
  },
  {
    of: "sops-nix, format dotenv",
    file: "secrets/app.env",
    text: ENV,
    mark: /^DB_USER=ENC\[/m,
    call: ["-d", "--input-type", "dotenv", "--output-type", "dotenv", "secrets/app.env"],
    expected: ENV,
  },
  {
    of: "sops-nix, format ini",
    file: "secrets/app.ini",
    text: INI,
    mark: /^user\s*= ENC\[/m,
    call: ["-d", "--input-type", "ini", "--output-type", "ini", "secrets/app.ini"],
    expected: "; smtp\n[smtp]\nuser     = app\npassword = hunter2\n",
  },
  {
    of: "ansible, group_vars of the vars plugin",
    file: "group_vars/all.sops.yml",
    text: VARS,
    mark: /^sops:$/m,
    call: ["--output-type", "json", "--decrypt", "group_vars/all.sops.yml"],
    expected: { ansible_password: "hunter2", users: [{ name: "a", uid: 1001 }], flag: true },
    set: ["ansible_password", '"new"'],
  },
  {
    of: "ansible, load_vars of JSON",
    file: "vars.sops.json",
    text: '{"a": {"b": [1, true]}}',
    mark: HELM,
    call: ["--input-type", "json", "--output-type", "json", "--decrypt", "vars.sops.json"],
    expected: { a: { b: [1, true] } },
  },
  {
    of: "ansible, a lookup of bytes",
    file: "user-id_rsa",
    text: KEY,
    mark: HELM,
    call: ["--input-type", "binary", "--output-type", "binary", "--decrypt", "user-id_rsa"],
    expected: KEY,
  },
  {
    of: "ansible, the decrypt filter",
    file: "filter.sops.yaml",
    text: VARS,
    mark: HELM,
    call: ["--input-type", "yaml", "--output-type", "json", "--decrypt", "/dev/stdin"],
    stdin: true,
    expected: { ansible_password: "hunter2", users: [{ name: "a", uid: 1001 }], flag: true },
  },
  {
    of: "ansible, a lookup of one value",
    file: "extract.sops.yaml",
    text: VARS,
    mark: HELM,
    call: ["decrypt", "--extract", '["users"][0]["name"]', "extract.sops.yaml"],
    expected: "a",
  },
  {
    of: "ansible, an env file for a lookup",
    file: "lookup.env",
    text: ENV,
    mark: HELM,
    call: ["--input-type", "dotenv", "--output-type", "json", "--decrypt", "lookup.env"],
    expected: { DB_USER: "app", DB_PASSWORD: "hunter2=x", PEM: "a\nb" },
  },
];
