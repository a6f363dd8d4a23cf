/** Which private keys must be found, and as whose? */
import { generateHybridIdentity } from "age-encryption";
import { fixtureKey, scriptKey } from "../bases.ts";
import { adding, ownOnly, type Mutation } from "./mutation.ts";

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
export const keyMutations: readonly Mutation[] = [
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
  ...KEY_FIXTURES.map((name) => {
    const text = () => fixtureKey(name).toString("latin1");
    const lines = (base64: string, width: number) => base64.replaceAll(new RegExp(`.{${width}}`, "g"), "$&\n");
    const wide = (isBig: boolean) => {
      const bytes = Buffer.from(text(), "utf16le");
      return isBig ? bytes.swap16() : bytes;
    };
    const forms: readonly (readonly [string, string, () => string | Uint8Array])[] = [
      ["on one line with blanks", "env", () => `KEY="${text().replaceAll("\n", " ")}"\n`],
      ["on one line with escapes", "env", () => `KEY="${text().replaceAll("\n", "\\n")}"\n`],
      ["in a JSON text inside a JSON text", "json", () => JSON.stringify({ body: JSON.stringify({ key: text() }) })],
      [
        "in base64 of 40 columns",
        "yaml",
        () => `key: |\n${lines(once(fixtureKey(name)), 40).replaceAll(/^/gm, "  ")}\n`,
      ],
      [
        "in the base64 of addresses",
        "txt",
        () => `https://example.org/?key=${fixtureKey(name).toString("base64url")}\n`,
      ],
      ["in base64 twice, in columns", "b64", () => lines(once(lines(once(fixtureKey(name)), 64)), 76)],
      ["in UTF-16 without a mark", "txt", () => wide(false)],
      ["in big-endian UTF-16 without a mark", "txt", () => wide(true)],
      ["in hexadecimal", "txt", () => `${fixtureKey(name).toString("hex")}\n`],
    ];
    return ownOnly({
      name: `${name} is committed in every other form`,
      apply: (repository) => {
        const files = forms.map(([form, end, content]) => {
          const file = `conf/key ${form}.${end}`;
          repository.write(file, content());
          return file;
        });
        repository.git("add", "conf");
        return { expected: files.map((file) => `SEC007 ${file}`) };
      },
    });
  }),
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

export const holderKeys: readonly Mutation[] = [
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
