import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { utf8Of } from "../../../src/text/utf8.ts";
import { findPrivateKeys } from "../../../src/findings/private-keys/find.ts";
import { parseIdentity as parseHybrid } from "../../../src/keys/kinds/mlkem768x25519.ts";
import { parseIdentity } from "../../../src/keys/kinds/x25519.ts";

const folder = path.join(import.meta.dirname, "..", "..", "..", "fixtures", "private-keys");
const names = readdirSync(folder).sort();
const keyOf = (name: string): Buffer => readFileSync(path.join(folder, name));

const words: Readonly<Record<string, string>> = {
  "age.key": "an age identity",
  "age-pq.key": "a post-quantum age identity",
  "ec.key": "an EC private key",
  "openssh-ecdsa.key": "an OpenSSH ecdsa-sha2-nistp256 private key",
  "openssh-ed25519.key": "an OpenSSH ssh-ed25519 private key",
  "openssh-ed25519-passphrase.key": "an OpenSSH ssh-ed25519 private key",
  "openssh-rsa.key": "an OpenSSH ssh-rsa private key",
  "pgp.key": "an OpenPGP private key",
  "pkcs1.key": "an RSA private key",
  "pkcs1-passphrase.key": "an RSA private key",
  "pkcs8.key": "a PKCS #8 private key",
  "pkcs8-passphrase.key": "a PKCS #8 private key",
  "putty-2.ppk": "a PuTTY ssh-rsa private key",
  "putty-3.ppk": "a PuTTY ssh-ed25519 private key",
  "putty-3-passphrase.ppk": "a PuTTY ssh-ed25519 private key",
};

test("every fixture has its words", () => {
  expect(names).toEqual(Object.keys(words).sort());
});

describe.each(names)("%s", (name) => {
  const expected = { name: words[name], verified: true, locked: name.includes("passphrase") };

  test("is found and proved", async () => {
    const found = await findPrivateKeys(keyOf(name));

    expect(found).toMatchObject([{ ...expected, wrapped: 0, offset: 0 }]);
  });

  test("is found between other things, with its place", async () => {
    const found = await findPrivateKeys(Buffer.concat([Buffer.from("# ours\n"), keyOf(name), Buffer.from("\nend\n")]));

    expect(found).toMatchObject([{ ...expected, offset: 7 }]);
  });

  test("is found with the line ends of Windows and behind an indentation", async () => {
    const text = keyOf(name).toString("latin1").replaceAll(/^/gm, "    ").replaceAll("\n", "\r\n");

    expect(await findPrivateKeys(Buffer.from(text, "latin1"))).toMatchObject([expected]);
  });

  test("is found in UTF-16", async () => {
    const text = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(keyOf(name).toString("latin1"), "utf16le")]);

    expect(await findPrivateKeys(utf8Of(text))).toMatchObject([expected]);
  });

  test.each([1, 2])("is found wrapped in base64 %i times, on one line", async (times) => {
    let text = keyOf(name).toString("base64");
    if (times === 2) text = Buffer.from(text).toString("base64");

    expect(await findPrivateKeys(Buffer.from(`key: ${text}\n`))).toMatchObject([
      { ...expected, wrapped: times, offset: 5 },
    ]);
  });

  test("is found wrapped in base64 over many lines", async () => {
    const text = keyOf(name).toString("base64").replaceAll(/.{76}/g, "$&\n    ");

    expect(await findPrivateKeys(Buffer.from(`data:\n    ${text}\n`))).toMatchObject([{ ...expected, wrapped: 1 }]);
  });

  test.each(["utf-16le", "utf-16be"])("is found in %s without a byte order mark", async (encoding) => {
    const text = Buffer.from(keyOf(name).toString("latin1"), "utf16le");
    if (encoding === "utf-16be") text.swap16();

    expect(await findPrivateKeys(utf8Of(text))).toMatchObject([expected]);
  });

  test.each([
    ["blanks", " "],
    ["escapes", String.raw`\n`],
    ["escapes of Windows", String.raw`\r\n`],
    ["escaped escapes", String.raw`\\n`],
    ["escapes and blanks", String.raw`\n  `],
  ])("is found on one line, with %s for its line breaks", async (_, between) => {
    const text = keyOf(name).toString("latin1").replaceAll("\n", between);

    expect(await findPrivateKeys(Buffer.from(`KEY="${text}"\n`, "latin1"))).toMatchObject([expected]);
  });

  test.each([24, 40, 57, 64])("is found wrapped in base64 with lines of %i letters", async (width) => {
    const text = keyOf(name)
      .toString("base64")
      .replaceAll(new RegExp(`.{${width}}`, "g"), "$&\n");

    expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ ...expected, wrapped: 1, offset: 0 }]);
  });

  test("is found wrapped in base64 twice, both times in lines", async () => {
    const lines = (text: string) => text.replaceAll(/.{40}/g, "$&\n");
    const text = lines(Buffer.from(lines(keyOf(name).toString("base64"))).toString("base64"));

    expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ ...expected, wrapped: 2 }]);
  });

  test("is found in the base64 of addresses, behind a word", async () => {
    const text = keyOf(name).toString("base64url");

    for (const before of ["", "a", "ab", "abc", "k=", "/path/"]) {
      expect(await findPrivateKeys(Buffer.from(`${before}${text}\n`))).toMatchObject([{ ...expected, wrapped: 1 }]);
    }
  });

  test("is found in the base64 of UTF-16", async () => {
    const text = Buffer.from(keyOf(name).toString("latin1"), "utf16le").toString("base64");

    expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ ...expected, wrapped: 1 }]);
  });

  test.each(["lower", "upper"])("is found in hexadecimal, in %s case", async (letters) => {
    const text = keyOf(name).toString("hex");

    expect(
      await findPrivateKeys(Buffer.from(`key = ${letters === "upper" ? text.toUpperCase() : text}\n`)),
    ).toMatchObject([{ ...expected, wrapped: 0, hex: true, offset: 6 }]);
  });

  test("is not proved when a part of it is missing", async () => {
    const text = keyOf(name).toString("latin1");
    const inside = text.search(/[A-Za-z0-9+/]{40,}/) + 20;
    const [found] = await findPrivateKeys(Buffer.from(text.slice(0, inside) + text.slice(inside + 9)));

    expect(found?.verified ?? false).toBe(false);
  });
});

test("PEM inside a JSON text is found", async () => {
  const text = JSON.stringify({ private_key: keyOf("pkcs8.key").toString() });

  expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ verified: true, name: "a PKCS #8 private key" }]);
});

test.each([
  ["age.key", parseIdentity],
  ["age-pq.key", parseHybrid],
])("the age identity in %s belongs to its recipient", async (name, parse) => {
  const [recipient] = parse(keyOf(name).toString().trim()).recipients;

  expect((await findPrivateKeys(keyOf(name)))[0]?.ids).toEqual([recipient?.id]);
});

test("an ed25519 key belongs to the same reader whatever file it is in", async () => {
  const ids = await Promise.all(
    ["openssh-ed25519.key", "putty-3.ppk", "putty-3-passphrase.ppk"].map(
      async (name) => (await findPrivateKeys(keyOf(name)))[0]?.ids[0],
    ),
  );

  expect(ids[0]).toMatch(/^x25519:/);
  expect(new Set(ids).size).toBe(1);
});

test("a key has one mark however it is written, and no other key has it", async () => {
  const markOf = async (bytes: Buffer) => (await findPrivateKeys(bytes))[0]?.mark;
  const marks = await Promise.all(names.map(async (name) => markOf(keyOf(name))));
  const wrapped = await Promise.all(
    names.map(async (name) => markOf(Buffer.from(keyOf(name).toString("base64").replaceAll(/.{76}/g, "$&\n")))),
  );

  expect(wrapped).toEqual(marks);
  expect(new Set(marks).size).toBe(names.length);
});

test("a key under a passphrase says whose it is where its public half is unencrypted", async () => {
  expect((await findPrivateKeys(keyOf("openssh-ed25519-passphrase.key")))[0]?.ids[0]).toMatch(/^x25519:/);
});

test.each([
  ["a placeholder of an age identity", "AGE-SECRET-KEY-1XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"],
  ["a mention of an age identity", "begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1"],
  ["a header in a program", 'if (text.startsWith("-----BEGIN RSA PRIVATE KEY-----")) throw new Error("no");'],
  ["a block that shows where a key goes", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"],
  ["a public key", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"],
  ["hashes", `"integrity": "sha512-${Buffer.alloc(64, 7).toString("base64")}"`],
  ["long base64 of something else", Buffer.alloc(4000, "no key here ").toString("base64")],
])("%s is not a finding", async (_, text) => {
  expect(await findPrivateKeys(Buffer.from(text))).toEqual([]);
});

test.each([
  [
    "an age identity with a wrong checksum",
    "AGE-SECRET-KEY-1QVVW2Y53XL5CASHY5U5FFG43SCJJ5C2KY84N7U2F2GKKZDV09DXQ34HPUQ",
  ],
  [
    "a PEM block with another body",
    "-----BEGIN RSA PRIVATE KEY-----\nbm90IHJlYWxseSBhIGtleSwganVzdCB0ZXh0IHRoYXQgbG9va3Mgc28=\n-----END RSA PRIVATE KEY-----",
  ],
])("%s is found and not proved", async (_, text) => {
  expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ verified: false }]);
});

test("an identity of a hardware plugin is a pointer, one of another plugin is a key", async () => {
  const { bech32 } = await import("@scure/base");
  const identity = (plugin: string) =>
    bech32.encodeFromBytes(`age-plugin-${plugin}-`, Buffer.alloc(20, 9)).toUpperCase();

  const text = `${identity("yubikey")}\n${identity("x-y")}\n`;
  expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([
    { name: "an identity of the age plugin yubikey", verified: true, stub: true },
    { name: "an identity of the age plugin x-y", verified: true, stub: false },
  ]);
});

test.each([
  ["backslashes", `-----BEGIN PRIVATE KEY-----${"\\".repeat(64_000)}x`],
  ["signs", `-----BEGIN PRIVATE KEY-----a${"!".repeat(64_000)}x`],
  ["blanks", `PuTTY-User-Key-File-3: a${" ".repeat(32_000)}x`],
  ["backslashes in a file of PuTTY", `PuTTY-User-Key-File-3: a${"\\".repeat(32_000)}x`],
  [
    "line breaks in a body",
    `PuTTY-User-Key-File-3: a\nEncryption: none\nComment: \nPublic-Lines: 1\n${"\n".repeat(31_000)}x`,
  ],
])("%s without end are read once", async (_, text) => {
  expect((await findPrivateKeys(Buffer.from(text.repeat(60)))).filter(({ verified }) => verified)).toEqual([]);
});

test("a PuTTY key without a comment is proved", async () => {
  const { createHmac } = await import("node:crypto");
  const [text, parts] = [keyOf("putty-3.ppk").toString("latin1"), ["ssh-ed25519", "none", ""]];
  const bodies = [...text.matchAll(/-Lines: \d+\n((?:[A-Za-z0-9+/=]+\n)+)/g)].map(([, body = ""]) =>
    Buffer.from(body, "base64"),
  );
  const covered = [...parts.map((part) => Buffer.from(part)), ...bodies].flatMap((part) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(part.length);
    return [size, part];
  });
  const mac = createHmac("sha256", "").update(Buffer.concat(covered)).digest("hex");
  const bare = text.replace(/Comment: .*/, "Comment: ").replace(/Private-MAC: .*/, `Private-MAC: ${mac}`);

  expect(await findPrivateKeys(Buffer.from(bare))).toMatchObject([{ verified: true }]);
});

test("a key has the place that an editor shows", async () => {
  const text = `# ключ 🔑\nключ 🔑: ${keyOf("age.key").toString().trim()}\n`;

  expect(await findPrivateKeys(Buffer.from(text))).toMatchObject([{ line: 2, column: 10 }]);
});

test("of more than 1,000 keys, of whatever kind, the first 1,000 are told", async () => {
  const [age, hex] = [keyOf("age.key").toString().trim(), keyOf("age.key").toString("hex")];
  const mixed = `${age}\n${hex}\n`;
  const found = await findPrivateKeys(Buffer.from(mixed.repeat(900) + `${hex}\n`.repeat(1500)));

  expect(found.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  const inHex = await findPrivateKeys(Buffer.from(`${hex}\n`.repeat(2500)));
  expect(inHex.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
});

test("the last key of a file of many megabytes has its place", async () => {
  const before = Buffer.alloc(3 * 1024 * 1024, `${"-----BEGIN PRIVATE KEY----- in a text ".repeat(2)}\n`);
  const found = await findPrivateKeys(Buffer.concat([before, keyOf("pkcs8.key"), before, keyOf("age.key")]));

  expect(found.map(({ name, offset }) => [name, offset])).toEqual([
    ["a PKCS #8 private key", before.length],
    ["an age identity", 2 * before.length + keyOf("pkcs8.key").length],
  ]);
});
