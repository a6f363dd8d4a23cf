/**
 * Which single changes does the corpus make, and what must be found after each?
 *
 * A mutation takes a valid repository, changes one thing, and says which rules have to speak of which files: those and no
 * others. Mutations that must not be noticed are among them. What a base does not have (a sops file, a private key) leaves the
 * mutation out for it.
 */
import { generateHybridIdentity } from "age-encryption";
import type { CheckReport, CheckRequest } from "../../src/index.ts";
import { parseRecipient } from "../../src/keys/index.ts";
import { scryptRecipient } from "../../src/keys/scrypt.ts";
import { ageRecipients } from "../../src/policy/policy.ts";
import { sopsRecipients } from "../../src/policy/sops-recipients.ts";
import { fixtureKey, PLAINTEXTS, scriptKey } from "./bases.ts";
import type { Repository } from "./repository.ts";
import { ageFile, rulingOf, sopsFile } from "./sealed.ts";

/** `SEC001 secrets/app.yaml` */
export type Expected = string;

export interface Outcome {
  readonly expected: readonly Expected[];
  /** Where it has to be looked at otherwise than in the working tree. */
  readonly request?: CheckRequest;
  readonly identities?: readonly string[];
}

export interface Mutation {
  readonly name: string;
  /** Undefined where the base has nothing to change. */
  readonly apply: (repository: Repository) => Promise<Outcome | undefined> | Outcome | undefined;
  /** The bases that it is for; all if absent. */
  readonly only?: readonly string[];
}

const tracked = (repository: Repository) =>
  repository
    .git("ls-files", "-z")
    .split("\0")
    .filter((file) => file !== "");
const first = (repository: Repository, test: RegExp, also: (text: string) => boolean = () => true) =>
  tracked(repository).find((file) => test.test(file) && also(repository.text(file)));
const sopsIn = (repository: Repository, end: RegExp) =>
  first(repository, end, (text) => text.includes("ENC[AES256_GCM") && text.includes("lastmodified"));
const isWhole = (text: string) => !text.includes("encrypted_regex");
const wholeYaml = (repository: Repository) =>
  tracked(repository).find(
    (file) => file.endsWith(".yaml") && /ENC\[/.test(repository.text(file)) && isWhole(repository.text(file)),
  );
const ageIn = (repository: Repository) => tracked(repository).filter((file) => file.endsWith(".age"));

/** A mutation of the first file that fits. */
function onFile(
  name: string,
  find: (repository: Repository) => string | undefined,
  apply: (
    repository: Repository,
    file: string,
  ) => Promise<readonly Expected[] | Outcome> | readonly Expected[] | Outcome,
): Mutation {
  return {
    name,
    apply: async (repository) => {
      const file = find(repository);
      if (file === undefined) return undefined;
      const result = await apply(repository, file);
      return "expected" in result ? result : { expected: result };
    },
  };
}

/** A mutation that adds a file that has nothing to do with the base. */
function adding(
  ...[name, file, content, rule]: [
    name: string,
    file: string,
    content: () => string | Uint8Array | Promise<string | Uint8Array>,
    rule?: string,
  ]
): Mutation {
  return {
    name,
    apply: async (repository) => {
      repository.write(file, await content());
      repository.git("add", "--force", file);
      return { expected: rule === undefined ? [] : [`${rule} ${file}`] };
    },
  };
}

/** One base is enough for what does not hang on the policy. */
function ownOnly(mutation: Mutation): Mutation {
  return { ...mutation, only: ["own"] };
}

const sealedLine = (text: string) => /^(.*?)(ENC\[AES256_GCM,[^\]]*\])/m.exec(text);

const plaintext: readonly Mutation[] = [
  onFile("a sops file is replaced by its plaintext", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    return [`SEC001 ${file}`];
  }),
  onFile("the same with the line ends of Windows", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml.replaceAll("\n", "\r\n"));
    return [`SEC001 ${file}`];
  }),
  onFile("the same with a byte order mark", wholeYaml, (repository, file) => {
    repository.write(file, `\ufeff${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  onFile("the same in UTF-16", wholeYaml, (repository, file) => {
    repository.write(file, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(PLAINTEXTS.yaml, "utf16le")]));
    return [`SEC001 ${file}`];
  }),
  onFile(
    "a JSON file is replaced by its plaintext",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.write(file, PLAINTEXTS.json);
      return [`SEC001 ${file}`];
    },
  ),
  onFile(
    "a Kubernetes Secret is replaced by its plaintext",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("kind: Secret") && text.includes("ENC[")),
    (repository, file) => {
      repository.write(file, PLAINTEXTS.kubernetes);
      return [`SEC001 ${file}`];
    },
  ),
  onFile("a sops file is left in clear with a comment that speaks of ENC[", wholeYaml, (repository, file) => {
    repository.write(file, `# ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n${PLAINTEXTS.yaml}`);
    return [`SEC005 ${file}`];
  }),
  onFile(
    "an .age file is replaced by its plaintext",
    (repository) => ageIn(repository)[0],
    (repository, file) => {
      repository.write(file, "correct horse\n");
      return [`SEC001 ${file}`];
    },
  ),
  onFile("a plaintext beside a secret, not yet tracked", wholeYaml, (repository, file) => {
    const beside = file.replace(/[^/]*$/, file.includes("systems/") ? "secrets.yaml" : "new.yaml");
    repository.write(beside, PLAINTEXTS.yaml);
    return [`SEC001 ${beside}`];
  }),
  {
    ...adding("a plaintext without an end to its name", "secrets/password", () => "swordfish-1942\n", "SEC001"),
    only: ["own", "two-class-servers"],
  },
  {
    ...adding(
      "a binary plaintext",
      "secrets/store.bin",
      () => Uint8Array.from({ length: 64 }, (_, index) => 200 + (index % 50)),
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding("a file with a line feed in its name", "secrets/a\nb", () => "swordfish-1942\n", "SEC001"),
    only: ["own"],
  },
  {
    ...adding("a filled Secret under a broad rule", "deploy/secret.yaml", () => PLAINTEXTS.kubernetes, "SEC001"),
    only: ["own"],
  },
  {
    ...adding(
      "a filled Secret as the second document",
      "deploy/all.yaml",
      () => `apiVersion: v1\nkind: Service\nmetadata:\n  name: app\n---\n${PLAINTEXTS.kubernetes}`,
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding(
      "a filled Secret in a List",
      "deploy/list.yaml",
      () => "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  data:\n    a: c2VjcmV0\n",
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding("an .age file that is none and that no rule covers", "other/x.age", () => "correct horse\n", "SEC009"),
    only: ["own", "flux", "monorepo", "homelab-teams"],
  },
];

const leaves: readonly Mutation[] = [
  ...[/\.yaml$/, /\.json$/, /\.env$/, /\.ini$/].map((end) =>
    onFile(
      `one value of a ${end.source} file is decrypted`,
      (repository) => (end.source.includes("yaml") ? wholeYaml(repository) : sopsIn(repository, end)),
      (repository, file) => {
        repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
        return [`SEC002 ${file}`];
      },
    ),
  ),
  onFile("a new key is written with a plain editor", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^sops:/m, "added: swordfish-1942\nsops:"));
    return [`SEC002 ${file}`];
  }),
  onFile("a number in a list is decrypted", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/port: ENC\[[^\]]*\]/, "port: 5432"));
    return [`SEC002 ${file}`];
  }),
  onFile(
    "a value of a Secret is decrypted",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("kind: Secret") && text.includes("ENC[")),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
      return [`SEC002 ${file}`];
    },
  ),
  onFile(
    "a comment in clear among encrypted ones",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("#ENC[")),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/#ENC\[[^\]]*\]/, "# the old password was swordfish"));
      return [`SEC002 ${file}`];
    },
  ),
];

const settings: readonly Mutation[] = [
  onFile("a file is sealed with most of it in clear", wholeYaml, async (repository, file) => {
    const wide = { rule: { name: "encrypted_regex", value: "^token$" }, macOnlyEncrypted: false } as const;
    repository.write(
      file,
      await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.yaml }, { settings: wide }),
    );
    return [`SEC003 ${file}`];
  }),
  onFile(
    "the same in JSON",
    (repository) => sopsIn(repository, /\.json$/),
    async (repository, file) => {
      const wide = { rule: { name: "unencrypted_regex", value: "^api$" }, macOnlyEncrypted: false } as const;
      repository.write(
        file,
        await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.json }, { settings: wide }),
      );
      return [`SEC003 ${file}`];
    },
  ),
  onFile(
    "a file has another suffix than the rule, and nothing is in clear by it",
    wholeYaml,
    async (repository, file) => {
      const other = { rule: { name: "unencrypted_suffix", value: "_open" }, macOnlyEncrypted: false } as const;
      repository.write(
        file,
        await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.yaml }, { settings: other }),
      );
      return [`SEC003 ${file}`];
    },
  ),
  onFile(
    "mac_only_encrypted beside values in clear, without the rule",
    (repository) => first(repository, /^k8s\/.*\.yaml$|[^/]\.sops\.yaml$/),
    async (repository, file) => {
      const rule = { name: "encrypted_regex", value: "^(data|stringData)$" } as const;
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.kubernetes },
          { settings: { rule, macOnlyEncrypted: true } },
        ),
      );
      return [`SEC018 ${file}`];
    },
  ),
  onFile("lastmodified lies in the future", wholeYaml, async (repository, file) => {
    repository.write(
      file,
      await sopsFile(
        repository.policy,
        { path: file, text: PLAINTEXTS.yaml },
        { now: new Date("2099-01-01T00:00:00Z") },
      ),
    );
    return [`SEC018 ${file}`];
  }),
  onFile(
    "a threshold above the number of groups",
    (repository) => first(repository, /^pki\/root\//),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/shamir_threshold: 2/, "shamir_threshold: 7"));
      return [`SEC018 ${file}`, `SEC004 ${file}`];
    },
  ),
];

const everybody = (repository: Repository, file: string) => ageRecipients(rulingOf(repository.policy, file).readers);
const inDocuments = (repository: Repository, file: string) => sopsRecipients(rulingOf(repository.policy, file).readers);
const stranger = async () => parseRecipient(scriptKey("age-9.pub"));
const hasSeveral = (repository: Repository, file: string) => everybody(repository, file).length > 1;

const readers: readonly Mutation[] = [
  onFile(
    "a member too many reads a sops file",
    (repository) =>
      tracked(repository).find(
        (file) =>
          /^(secrets|systems)\/.*\.yaml$/.test(file) &&
          /ENC\[/.test(repository.text(file)) &&
          outsider(repository, file) !== undefined,
      ),
    async (repository, file) => {
      const extra = outsider(repository, file);
      if (extra === undefined) return [];
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [[...inDocuments(repository, file), extra]] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a stranger reads a sops file",
    (repository) => (wholeYaml(repository)?.startsWith("pki") === true ? undefined : wholeYaml(repository)),
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [[...inDocuments(repository, file), await stranger()]] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a reader is missing in a sops file",
    (repository) => {
      const file = wholeYaml(repository);
      return file !== undefined && !file.startsWith("pki") && hasSeveral(repository, file) ? file : undefined;
    },
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [inDocuments(repository, file).slice(1)] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a file is copied over another with other readers",
    (repository) => first(repository, /^secrets\/app\.yaml$/),
    (repository, file) => {
      repository.write("secrets/stage/app.yaml", repository.read(file));
      return ["SEC004 secrets/stage/app.yaml", "SEC003 secrets/stage/app.yaml"];
    },
  ),
  onFile(
    "a reader leaves the policy",
    (repository) => (tracked(repository).includes("secrets/stage/app.yaml") ? ".sops.yaml" : undefined),
    (repository, file) => {
      repository.edit(file, (text) => text.replace("ops: [alice, bob]", "ops: [alice]"));
      return tracked(repository)
        .filter(
          (path) =>
            /^(secrets\/(?!token|legacy)|k8s)/.test(path) &&
            (path.endsWith(".age") || /ENC\[/.test(repository.text(path))),
        )
        .map((path) => `SEC004 ${path}`);
    },
  ),
  onFile(
    "a member too many reads an .age file",
    (repository) =>
      ageIn(repository).find((file) => repository.policy.readerHint && outsider(repository, file) !== undefined),
    async (repository, file) => {
      const extra = outsider(repository, file);
      const recipients = [...everybody(repository, file), ...(extra === undefined ? [] : [extra])];
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { recipients }));
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a reader is missing in an .age file",
    (repository) => ageIn(repository).find((file) => repository.policy.readerHint && hasSeveral(repository, file)),
    async (repository, file) => {
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: everybody(repository, file).slice(1) },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "an SSH reader is missing in an .age file without the hint",
    (repository) =>
      ageIn(repository).find(
        (file) =>
          everybody(repository, file).every(({ kind }) => kind.startsWith("ssh")) && hasSeveral(repository, file),
      ),
    async (repository, file) => {
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: everybody(repository, file).slice(1), hint: false },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "an .age file without the hint has a reader too many",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      const recipients = [...everybody(repository, file), await stranger()];
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { recipients, hint: false }));
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "an .age file without the hint has a reader too few",
    (repository) =>
      ageIn(repository).find((file) => everybody(repository, file).filter(({ kind }) => kind === "x25519").length > 1),
    async (repository, file) => {
      const all = everybody(repository, file);
      const gone = all.findIndex(({ kind }) => kind === "x25519");
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: all.toSpliced(gone, 1), hint: false },
        ),
      );
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "an .age file is sealed with a passphrase",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      const recipients = [scryptRecipient("passphrase", { logN: 4 })];
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { recipients, hint: false }));
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "the groups of the policy are one group in the file",
    (repository) => first(repository, /^pki\/root\//),
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [inDocuments(repository, file)], threshold: 0 },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
];

function outsider({ policy }: Repository, file: string) {
  const inside = new Set(rulingOf(policy, file).readers.flatMap(({ keys }) => keys.map(({ id }) => id)));
  return policy.members.flatMap(({ keys }) => keys).find(({ id }) => !inside.has(id));
}

const structure: readonly Mutation[] = [
  onFile("the MAC is gone", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^ +mac: .*\n/m, ""));
    return [`SEC005 ${file}`];
  }),
  onFile("the MAC is empty", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +mac: ).*$/m, '$1""'));
    return [`SEC005 ${file}`];
  }),
  onFile("the version is empty", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +version: ).*$/m, '$1""'));
    return [`SEC005 ${file}`];
  }),
  onFile("an encrypted value is cut short", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/(ENC\[AES256_GCM,data:[^,]*,iv:[^,]*),tag:[^\]]*\]/, "$1]"));
    return [`SEC005 ${file}`];
  }),
  onFile(
    "the base64 of an encrypted value is damaged",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/tag:(.)([^,]*)==,type/, "tag:$2,type"));
      return [`SEC005 ${file}`];
    },
  ),
  onFile("a key stands twice in YAML", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +password: .*\n)/m, "$1$1"));
    return [`SEC005 ${file}`];
  }),
  onFile(
    "a key stands twice in JSON",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/(\s+"key": "ENC[^"]*",)/, "$1$1"));
      return [`SEC005 ${file}`];
    },
  ),
  onFile("the marks of a merge are left", wholeYaml, (repository, file) => {
    repository.edit(file, (text) =>
      text.replace(/^( +password: .*\n)/m, "<<<<<<< HEAD\n$1=======\n$1>>>>>>> theirs\n"),
    );
    return [`SEC005 ${file}`];
  }),
  onFile("the metadata is gone", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.slice(0, text.search(/^sops:/m)));
    return [`SEC005 ${file}`];
  }),
  onFile("the entry of a reader is cut short", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^ +-----END AGE ENCRYPTED FILE-----\n/m, ""));
    return [`SEC005 ${file}`];
  }),
  onFile(
    "JSON that does not parse",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace('"api"', '"api'));
      return [`SEC005 ${file}`];
    },
  ),
  onFile(
    "an age header is cut short",
    (repository) => ageIn(repository)[0],
    (repository, file) => {
      repository.write(file, repository.read(file).subarray(0, 90));
      return [`SEC009 ${file}`];
    },
  ),
];

const verified: readonly Mutation[] = [
  [
    "a value is swapped with another",
    "secrets/app.yaml",
    (text: string) => {
      const [one = "", two = ""] = [...text.matchAll(/token: (ENC\[[^\]]*\])/g)].map(([, enc]) => enc);
      return text.replace(one, "\u0000").replace(two, one).replace("\u0000", two);
    },
  ] as const,
  ["an entry is removed", "secrets/app.yaml", (text: string) => text.replace(/^ +password: .*\n/m, "")] as const,
  [
    "the MAC is of another file",
    "secrets/app.yaml",
    (text: string) =>
      text.replace(/tag:([^,]*),type:str\]$/m, (all, tag: string) =>
        all.replace(tag, Buffer.alloc(16, 7).toString("base64")),
      ),
  ] as const,
].map(([name, file, change]) => ({
  name,
  only: ["own"],
  apply: (repository: Repository) => {
    repository.edit(file, change);
    repository.write("../alice", scriptKey("age-1"));
    return { expected: [`SEC006 ${file}`], request: { verify: true, paths: [file] }, identities: ["../alice"] };
  },
}));

const damagedAge: Mutation = {
  name: "a byte of an age payload is changed",
  only: ["own"],
  apply: (repository) => {
    const bytes = repository.read("secrets/token.age");
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    repository.write("secrets/token.age", bytes);
    repository.write("../alice", scriptKey("age-1"));
    return {
      expected: ["SEC006 secrets/token.age"],
      request: { verify: true, paths: ["secrets/token.age"] },
      identities: ["../alice"],
    };
  },
};

const once = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const KEY_FIXTURES = [
  "age.key",
  "age-pq.key",
  "ec.key",
  "openssh-ecdsa.key",
  "openssh-ed25519.key",
  "openssh-ed25519-passphrase.key",
  "openssh-rsa.key",
  "pgp.key",
  "pkcs1.key",
  "pkcs1-passphrase.key",
  "pkcs8.key",
  "pkcs8-passphrase.key",
  "putty-2.ppk",
  "putty-3.ppk",
  "putty-3-passphrase.ppk",
];
const keyMutations: readonly Mutation[] = [
  ...KEY_FIXTURES.flatMap((name) => [
    adding(`${name} is committed`, `conf/${name}.txt`, () => fixtureKey(name), "SEC007"),
    ownOnly(
      adding(`${name} is committed in base64`, `conf/${name}.yaml`, () => `key: ${once(fixtureKey(name))}\n`, "SEC007"),
    ),
    ownOnly(
      adding(
        `${name} is committed in base64, twice`,
        `conf/${name}.env`,
        () => `KEY=${once(once(fixtureKey(name)))}\n`,
        "SEC007",
      ),
    ),
    ownOnly(
      adding(
        `${name} is committed with the line ends of Windows`,
        `conf/${name}.crlf`,
        () => fixtureKey(name).toString("latin1").replaceAll("\n", "\r\n"),
        "SEC007",
      ),
    ),
  ]),
  adding(
    "a key in a JSON text",
    "conf/account.json",
    () => JSON.stringify({ private_key: fixtureKey("pkcs8.key").toString() }),
    "SEC007",
  ),
  adding(
    "a key in UTF-16",
    "conf/key.txt",
    () => Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(fixtureKey("age.key").toString(), "utf16le")]),
    "SEC007",
  ),
  adding(
    "a post-quantum identity made by the library",
    "conf/pq.txt",
    async () => `${await generateHybridIdentity()}\n`,
    "SEC007",
  ),
  adding(
    "a key that does not decode",
    "conf/fake.pem",
    () =>
      "-----BEGIN RSA PRIVATE KEY-----\nbm90IHJlYWxseSBhIGtleSwganVzdCB0ZXh0IHRoYXQgbG9va3Mgc28=\n-----END RSA PRIVATE KEY-----\n",
    "SEC007",
  ),
];

const holderKeys: readonly Mutation[] = [
  ["age-1", "alice's age identity"],
  ["ed25519-1", "bob's SSH key"],
  ["rsa-1", "dora's RSA key"],
  ["age-3", "the key of a host"],
].flatMap(([name = "", what]) => [
  { ...adding(`${what} is committed`, "tools/key", () => scriptKey(name), "SEC008"), only: ["own"] },
  {
    ...adding(`${what} is committed in base64`, "tools/key.b64", () => once(scriptKey(name)), "SEC008"),
    only: ["own"],
  },
  {
    ...adding(`${what} is committed in base64, twice`, "tools/key.txt", () => once(once(scriptKey(name))), "SEC008"),
    only: ["own"],
  },
]);

const overTime: readonly Mutation[] = [
  onFile("plaintext is staged, and encrypted on disk", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.git("add", file);
    repository.write(file, sealed);
    return { expected: [`SEC010 ${file}`], request: { staged: true } };
  }),
  onFile("one value in clear is staged, and encrypted on disk", wholeYaml, (repository, file) => {
    const sealed = repository.text(file);
    repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
    repository.git("add", file);
    repository.write(file, sealed);
    return { expected: [`SEC010 ${file}`], request: { staged: true } };
  }),
  onFile("plaintext is staged, and on disk too", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    repository.git("add", file);
    return { expected: [`SEC001 ${file}`], request: { staged: true } };
  }),
  onFile("plaintext lies on disk, and what is staged is encrypted", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    return { expected: [], request: { staged: true } };
  }),
  onFile("plaintext is committed and then encrypted", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    repository.write(file, sealed);
    repository.commit();
    return { expected: [`SEC011 ${file}`], request: { range: "HEAD~2..HEAD" } };
  }),
  onFile("plaintext is committed and then removed", wholeYaml, (repository, file) => {
    repository.write(`${file.replace(/[^/]*$/, "")}more.yaml`, PLAINTEXTS.yaml);
    if (!repository.policy.rule(`${file.replace(/[^/]*$/, "")}more.yaml`)) return [];
    repository.commit();
    repository.remove(`${file.replace(/[^/]*$/, "")}more.yaml`);
    repository.commit();
    return { expected: [`SEC011 ${file.replace(/[^/]*$/, "")}more.yaml`], request: { range: "HEAD~2.." } };
  }),
  onFile("a merge brings plaintext that neither side has", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.git("checkout", "--quiet", "-b", "side");
    repository.write("README.md", "side\n");
    repository.commit();
    repository.git("checkout", "--quiet", "-");
    repository.write("src/app.ts", "export {};\n");
    repository.commit();
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side");
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit("merge");
    repository.write(file, sealed);
    repository.commit();
    return { expected: [`SEC011 ${file}`], request: { range: "HEAD~2..HEAD" } };
  }),
  onFile("rule and secret are dropped together", wholeYaml, (repository, file) => {
    repository.write(".sops.yaml", "creation_rules: []\n");
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    return { expected: [`SEC001 ${file}`], request: { range: "HEAD~1..HEAD" } };
  }),
  onFile("plaintext is at the end of the range", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    return { expected: [`SEC001 ${file}`], request: { range: "HEAD~1..HEAD" } };
  }),
  onFile("a range without anything in it", wholeYaml, (repository) => {
    repository.write("README.md", "changed\n");
    repository.commit();
    return { expected: [], request: { range: "HEAD~1..HEAD" } };
  }),
  onFile("plaintext lies far back in the history", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    repository.write(file, sealed);
    for (const text of ["one", "two"]) {
      repository.write("README.md", text);
      repository.commit();
    }
    return { expected: [`SEC012 ${file}`], request: { history: true } };
  }),
  onFile("a history without anything in it", wholeYaml, () => ({ expected: [], request: { history: true } })),
  {
    name: "a key is committed and then removed",
    apply: (repository) => {
      repository.write("tools/key", fixtureKey("age.key"));
      repository.commit();
      repository.remove("tools/key");
      repository.commit();
      return { expected: ["SEC007 tools/key"], request: { range: "HEAD~2..HEAD" } };
    },
  },
];

const leftovers: readonly Mutation[] = [
  ...["secrets.yaml.dec", "app.decrypted.json", ".decrypted~app.yaml", ".env.keys", "app.dec.yaml"].flatMap((name) => [
    adding(`${name} is tracked`, `chart/${name}`, () => "password: swordfish-1942\n", "SEC013"),
  ]),
  {
    name: "a decrypted copy is neither tracked nor ignored",
    apply: (repository) => {
      repository.write("chart/.decrypted~app.yaml", "password: swordfish-1942\n");
      return { expected: ["SEC013 chart/.decrypted~app.yaml"] };
    },
  },
  ...["~", ".bak", ".orig"].map((end) =>
    onFile(`an editor left a copy (${end})`, wholeYaml, (repository, file) => {
      repository.write(`${file}${end}`, PLAINTEXTS.yaml);
      return [`SEC013 ${file}${end}`];
    }),
  ),
  onFile("an editor left its swap file", wholeYaml, (repository, file) => {
    const swap = file.replace(/([^/]*)$/, ".$1.swp");
    repository.write(swap, "b0VIM 9.0 password");
    return [`SEC013 ${swap}`];
  }),
  onFile("a backup of an encrypted file that is encrypted itself", wholeYaml, (repository, file) => {
    repository.write(`${file}.bak`, repository.read(file));
    return [];
  }),
];

const surroundings: readonly Mutation[] = [
  {
    name: ".gitignore is gone",
    apply: (repository) => {
      repository.remove(".gitignore");
      return { expected: ["SEC014 .gitignore"] };
    },
  },
  {
    name: ".gitignore lacks decrypted copies",
    apply: (repository) => {
      repository.edit(".gitignore", (text) => text.replace("*.dec\n", ""));
      return { expected: ["SEC014 .gitignore"] };
    },
  },
  onFile(
    "git ignores a secret",
    (repository) => ageIn(repository).find((file) => repository.policy.exactPaths.includes(file)),
    (repository, file) => {
      repository.edit(".gitignore", (text) => `${text}*.age\n`);
      repository.git("rm", "--quiet", "--cached", file);
      return repository.policy.exactPaths.map((path) => `SEC014 ${path}`);
    },
  ),
  {
    name: ".gitattributes is gone",
    apply: (repository) => {
      repository.git("rm", "--quiet", ".gitattributes");
      return { expected: ["SEC015 .gitattributes"] };
    },
  },
  onFile(
    "line ends of a binary age file are converted",
    (repository) => ageIn(repository)[0],
    (repository) => {
      repository.write(
        ".gitattributes",
        "*.age diff=secrets text eol=crlf\n*.yaml diff=secrets\n*.json diff=secrets\n*.env diff=secrets\n*.ini diff=secrets\nblob diff=secrets\n",
      );
      return ageIn(repository).map((file) => `SEC015 ${file}`);
    },
  ),
  {
    name: "a value of a secret stands in a document",
    only: ["own"],
    apply: (repository) => {
      repository.write("docs/notes.md", "log in with 8f14e45fceea167a5a36dedd4bea2543\n");
      repository.git("add", "docs/notes.md");
      repository.write("../alice", scriptKey("age-1"));
      repository.write("../bob", scriptKey("ed25519-1"));
      return { expected: ["SEC016 docs/notes.md"], request: { values: true }, identities: ["../alice", "../bob"] };
    },
  },
];

const EXAMPLE = `users:\n  alice: ${scriptKey("age-1.pub")}\n  bob: ${scriptKey("age-2.pub")}\n`;
const policies: readonly Mutation[] = (
  [
    ["an expression that matches everything", "  - path_regex: (^|/)*(\\.ya?ml)?$\n    readers: [alice, bob]\n", true],
    ["a dot that is not escaped", "  - path_regex: ^conf/.*.yaml\n    readers: [alice, bob]\n", true],
    ["a word behind a dot that is not escaped", "  - path_regex: ^conf/.+.secret\n    readers: [alice, bob]\n", true],
    [
      "a rule behind one that takes every path",
      "  - readers: [alice, bob]\n  - path_regex: ^conf/\n    readers: [alice]\n",
      true,
    ],
    [
      "the same rule twice",
      "  - path_regex: ^conf/\n    readers: [alice]\n  - path_regex: ^conf/\n    readers: [bob]\n",
      true,
    ],
    ["an expression for Windows", "  - path_regex: ^conf\\\\x\\\\\n    readers: [alice, bob]\n", true],
    [
      "an age list that differs from readers",
      `  - path_regex: ^conf/\n    readers: [alice, bob]\n    age: ${scriptKey("age-1.pub")}\n`,
      true,
    ],
    [
      "a recipient that stands twice",
      `  - path_regex: ^conf/\n    age: >-\n      ${scriptKey("age-1.pub")},\n      ${scriptKey("age-1.pub")}\n`,
      true,
    ],
    ["production with one reader", "  - path_regex: ^conf/prod/\n    readers: [alice]\n", true],
    ["an unknown name", "  - path_regex: ^conf/\n    readers: [alicia]\n", true],
    ["a bad expression", "  - path_regex: ^(?=conf)\n    readers: [alice]\n", true],
    [
      "an ecdsa recipient",
      `  - path_regex: ^conf/\n    readers: [${scriptKey("ecdsa-1.pub").split(" ").slice(0, 2).join(" ")}]\n`,
      true,
    ],
    ["a good policy", "  - path_regex: ^conf/.*\\.yaml$\n    readers: [alice, bob]\n  - readers: [alice]\n", false],
    ["a good policy with classes", "  - path_regex: ^conf/[^/]+/x\\.(ya?ml|json)$\n    readers: [alice, bob]\n", false],
  ] as const
).map(([name, rules, isDoubtful]) =>
  ownOnly({
    name: `policy: ${name}`,
    apply: (repository: Repository) => {
      repository.write("sub/.sops.yaml", `${EXAMPLE}creation_rules:\n${rules}`);
      return { expected: isDoubtful ? ["SEC017 sub/.sops.yaml"] : [] };
    },
  }),
);

const harmless: readonly Mutation[] = [
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
    "an .age file lost the hint, as other tools write it",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { hint: false }));
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
  onFile("plaintext with a permission", wholeYaml, (repository, file) => {
    repository.write(file, `# secrets:allow SEC001 reason="a sample" until=2099-01-01\n${PLAINTEXTS.yaml}`);
    return [];
  }),
  onFile("plaintext with a permission that has expired", wholeYaml, (repository, file) => {
    repository.write(file, `# secrets:allow SEC001 reason="a sample" until=2020-01-01\n${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  onFile("plaintext with a permission without a reason", wholeYaml, (repository, file) => {
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
  adding("a lock file", "yarn.lock", () =>
    Array.from({ length: 50 }, (_, index) => `  integrity sha512-${Buffer.alloc(64, index).toString("base64")}`).join(
      "\n",
    ),
  ),
];

/** All of them. */
export const mutations: readonly Mutation[] = [
  ...plaintext,
  ...leaves,
  ...settings,
  ...readers,
  ...structure,
  ...verified,
  damagedAge,
  ...keyMutations,
  ...holderKeys,
  ...overTime,
  ...leftovers,
  ...surroundings,
  ...policies,
  ...harmless,
];

/** What a check found, in the form of the expectations, each once. */
export function foundIn(report: CheckReport): Expected[] {
  return [...new Set(report.findings.map(({ rule, path }) => `${rule} ${path}`))];
}
