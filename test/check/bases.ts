/**
 * Which valid repositories does the corpus begin with?
 *
 * One for each policy of the fixtures, and one of our own whose private keys are at hand. Each has sops files in every format,
 * `.age` files, and ordinary files that a careless checker would stumble over.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { FormatName } from "../../src/formats/format.ts";
import { formatOfPath, loadFormat } from "../../src/formats/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { repositoryAt, type Base } from "./repository.ts";
import { ageFile, sopsFile } from "./sealed.ts";

const fixtures = path.join(import.meta.dirname, "..", "..", "fixtures");
const keys = path.join(import.meta.dirname, "..", "scripts", "keys");

/** The text of a key of the scripts: `age-1`, `ed25519-1.pub`. */
export function scriptKey(name: string): string {
  return readFileSync(path.join(keys, name), "utf8").trim();
}

/** A private key of the fixtures. */
export function fixtureKey(name: string): Buffer {
  return readFileSync(path.join(fixtures, "private-keys", name));
}

const [ALICE, WEB1, CI] = [scriptKey("age-1.pub"), scriptKey("age-3.pub"), scriptKey("age-4.pub")];
const [BOB, DORA] = [scriptKey("ed25519-1.pub"), scriptKey("rsa-1.pub")].map((key) =>
  key.split(" ").slice(0, 2).join(" "),
);

const OWN_POLICY = `users:
  alice: ${ALICE}
  bob: ${BOB}
  dora: ${DORA}
hosts:
  web1: ${WEB1}
  ci: ${CI}
teams:
  ops: [alice, bob]
secrets:
  secrets/token.age: [alice, web1]
  secrets/legacy.age: [alice, dora]
creation_rules:
  - path_regex: ^secrets/plain/
    enforce: never
    readers: [ops]
  - path_regex: ^secrets/stage/
    unencrypted_suffix: _public
    readers: [ops, ci]
  - path_regex: ^secrets/
    readers: [ops, web1]
  - path_regex: ^k8s/.*\\.yaml$
    encrypted_regex: ^(data|stringData)$
    readers: [ops]
  - path_regex: \\.ya?ml$
    readers: [alice]
`;

const YAML = `# the database
database:
  host: db.example.org
  password: correct horse battery staple
  port: 5432
  tls: true
users:
  - name: admin
    token: 8f14e45fceea167a5a36dedd4bea2543
  - name: backup
    token: c9f0f895fb98ab9159f51fd0297e236d # rotated in May
empty: ""
nothing: null
`;
const JSON_TEXT = `{
  "api": {
    "key": "sk_live_51H8xQ2eZvKYlo2C9fJ7k3mN",
    "retries": 3
  },
  "hosts": ["a.example.org", "b.example.org"]
}
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: app
stringData:
  password: tr0ub4dor-and-3
  url: postgres://app@db/app
`;
const TEXTS: Readonly<Record<string, string>> = {
  yaml: YAML,
  json: JSON_TEXT,
  dotenv: "# settings\nAPI_KEY=sk_live_51H8xQ2eZvKYlo2C9fJ7k3mN\nDEBUG=false\n",
  ini: "[server]\npassword = swordfish-1942\nport = 8080\n",
  binary: "-----not a key-----\n\u0001\u0002 binary secret\n",
};

interface Secrets {
  /** Sops files; the end of the name is the format. */
  readonly sops: readonly string[];
  /** Sops files with a Kubernetes Secret in them. */
  readonly kubernetes?: readonly string[];
  readonly age: readonly string[];
}

const LAYOUTS: Readonly<Record<string, Secrets>> = {
  own: {
    sops: [
      "secrets/app.yaml",
      "secrets/api.json",
      "secrets/app.env",
      "secrets/app.ini",
      "secrets/blob",
      "secrets/stage/app.yaml",
    ],
    kubernetes: ["k8s/secret.yaml"],
    age: ["secrets/token.age", "secrets/legacy.age", "secrets/extra.age"],
  },
  "agenix-moving": {
    sops: [],
    age: [
      "server/secrets/restic_password.age",
      "server/secrets/cloudflare_dns_token.age",
      "server/secrets/cloudflare_tunnel_token.age",
      "server/secrets/authelia_users_database.age",
      "server/secrets/nextcloud_adminpassFile.age",
      "server/secrets/new.age",
    ],
  },
  flux: {
    sops: [],
    kubernetes: ["clusters/prod/apps/db.yaml", "clusters/staging/apps/db.yaml", "infra/cert.sops.yaml"],
    age: [],
  },
  "homelab-teams": {
    sops: ["systems/nas/secrets.yaml", "systems/hv1/secrets.yaml"],
    age: [
      "secrets/proxmox_api_secret.age",
      "secrets/cloudflare_token.age",
      "secrets/postgres_password.age",
      "secrets/redis_password.age",
      "secrets/github_token.age",
      "secrets/aws_credentials.age",
      "secrets/legacy_vpn.age",
    ],
  },
  monorepo: {
    sops: [
      "pki/root/ca.yaml",
      "services/api/dev/app.env",
      "services/api/dev/app.yaml",
      "services/api/prod/app.json",
      "services/billing/prod/stripe.json",
    ],
    age: [],
  },
  "two-class-servers": {
    sops: ["secrets/hosts/gnomeregan/borg.yaml", "secrets/hosts/kul/app.json", "secrets/wireless/home.yaml"],
    age: [],
  },
};

export const BASE_NAMES = Object.keys(LAYOUTS);

/** Files that are in order, whatever they look like. */
const ORDINARY: Readonly<Record<string, string | Uint8Array>> = {
  ".gitignore": ".env.keys\nkeys.txt\n*.dec\n*.decrypted.*\nnode_modules/\n",
  ".gitattributes":
    "*.age diff=secrets -text\n*.yaml diff=secrets\n*.json diff=secrets\n*.env diff=secrets\n*.ini diff=secrets\nblob diff=secrets -text\n",
  "README.md": `# Example\n\nKeys begin with \`AGE-SECRET-KEY-1\`, as in AGE-SECRET-KEY-1XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX.\n\n\`\`\`yaml\npassword: ENC[AES256_GCM,data:abcd,iv:…,tag:…,type:str]\nsops:\n    mac: ENC[AES256_GCM,data:…]\n    lastmodified: "2026-01-01T00:00:00Z"\n\`\`\`\n`,
  "package.json": '{ "name": "example", "scripts": { "start": "node ." } }\n',
  "src/keys.go":
    'package keys\n\nconst header = "-----BEGIN RSA PRIVATE KEY-----"\n\nvar sample = `\nsops:\n    mac: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n    lastmodified: "2026-01-01T00:00:00Z"\n`\n',
  "src/app.ts": "export const secretName = 'app';\n",
  "src/locales.yaml": "password: Passwort\nsecret: Geheimnis\n",
  "deploy/values.yaml": "sops:\n  enabled: true\n  image: mozilla/sops\nreplicas: 2\n",
  "deploy/configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  mode: production\n",
  "deploy/empty-secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: later\n",
  "package-lock.json": `{ "integrity": "sha512-${Buffer.alloc(64, 0x5a).toString("base64")}" }\n`,
  "logo.png": Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251),
  "empty.txt": "",
  "with space/ünïcode \u2713.txt": "nothing\r\n",
};

/** Makes the repository of this name in a folder. */
export async function makeBase(name: string, root: string): Promise<Base> {
  const layout = LAYOUTS[name];
  if (layout === undefined) throw new Error(`no layout for ${name}`);
  const text = policyText(name);
  const policy = await parsePolicy(text, ".sops.yaml");
  const repository = repositoryAt(root, policy);
  for (const [file, content] of Object.entries(ORDINARY)) repository.write(file, content);
  repository.write(".sops.yaml", text);
  for (const file of layout.sops) {
    const format = formatOfPath(file) ?? "binary";
    if (await isThere(format))
      repository.write(file, await sopsFile(policy, { path: file, text: TEXTS[format] ?? "" }));
  }
  for (const file of layout.kubernetes ?? []) {
    repository.write(file, await sopsFile(policy, { path: file, text: SECRET }));
  }
  for (const file of layout.age) repository.write(file, await ageFile(policy, { path: file, text: "correct horse\n" }));
  repository.git("init", "--quiet", "--template=");
  repository.commit("the beginning");
  // Every case copies it: one file of objects in place of a hundred.
  repository.git("repack", "-a", "-d", "--quiet");
  return { name, repository };
}

async function isThere(format: FormatName): Promise<boolean> {
  return loadFormat(format).then(
    () => true,
    () => false,
  );
}

function policyText(name: string): string {
  if (name === "own") return OWN_POLICY;
  const text = readFileSync(path.join(fixtures, "policies", name, ".sops.yaml"), "utf8");
  // As `policy compile` would leave it: an age list that differs is a finding of its own.
  return name === "flux"
    ? text.replace(/age10znhc2g7d6yfhn2te9fajkah72ptqvy6mhj3kjk0p2y9xwqllp8syfkept/, stagingKey(text))
    : text;
}

function stagingKey(text: string): string {
  return /staging-cluster: (age1\S+)/.exec(text)?.[1] ?? "";
}

export const PLAINTEXTS = { yaml: YAML, json: JSON_TEXT, kubernetes: SECRET };
