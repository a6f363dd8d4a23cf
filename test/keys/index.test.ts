import { describe, expect, test } from "vitest";
import { bech32 } from "@scure/base";
import { keyKinds, keyring, parseRecipient } from "../../src/keys/index.ts";

const age = "age1yy4zlll5283a393gxw2s04l7nerlhzkz5ddc8z800a6lhpl2lfnq0kfcl4";
const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH4ebh1WjPMRV6EE4Bge2mfdBqPFOl9QiAoV5mr4ElWa";
const ecdsa =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOOAqz7trs9q9f1YgtCbQ5d0t+HVIMqBA57xwqdKGWMk/DeVXpY/92fuuK0VcXKoC1mjWtZyUPg8uKp42P87m70= a@b";
const sk = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5 a@b";

/** What only a plugin, and what only hardware opens. */
const unencrypted = "age1unencrypted1k5fr0r";
const tag = bech32.encodeFromBytes("age1tag", Buffer.alloc(33, 2));

describe("a recipient", () => {
  test.each([
    [age, "x25519"],
    [`  ${age}\n`, "x25519"],
    [`${ed25519} me@here`, "ssh-ed25519"],
    [ed25519.replace(" ", "\t"), "ssh-ed25519"],
    [unencrypted, "plugin"],
    [tag, "plugin"],
  ])("is told by its beginning, whatever blanks are around it: %#", async (text, kind) => {
    expect((await parseRecipient(text)).kind).toBe(kind);
  });

  test("is claimed by one kind and no more", () => {
    for (const text of [age, ed25519, "ssh-rsa AAAA", unencrypted, tag, `age1pq1${"q".repeat(90)}`]) {
      expect(keyKinds.filter((kind) => kind.claims(text))).toHaveLength(1);
    }
  });

  test.each([
    ["ecdsa", ecdsa, "ecdsa", "ed25519 or RSA"],
    ["ed25519 on a security key", sk, "can sign, but not decrypt", "ed25519 or RSA"],
    ["ecdsa on a security key", "sk-ecdsa-sha2-nistp256@openssh.com AAAA", "can sign, but not decrypt", "age key"],
    ["dsa", "ssh-dss AAAAB3NzaC1kc3MAAACB", "dsa", "ed25519 or RSA"],
    ["a certificate", "ssh-ed25519-cert-v01@openssh.com AAAA host", "certificate", "without -cert"],
    ["an unknown SSH type", "ssh-xmss@openssh.com AAAA", "unknown type", "ed25519 or RSA"],
    ["a GitHub name", "github:somebody", "could return other keys", "https://github.com/USER.keys"],
    ["a cut post-quantum key", `age1pq1${"q".repeat(90)}`, "malformed post-quantum", "from its source"],
    ["a cut hardware key", "age1tag1qqqqqqqq", "malformed recipient of an age plugin", "source"],
    ["a plugin's key in upper case", unencrypted.toUpperCase(), "not a recipient", "age1…"],
    ["an age identity", "AGE-SECRET-KEY-1QQQQ", "identity (secret key), not a recipient", "public half"],
    ["an identity in lower case", "age-secret-key-1qqqq", "not a recipient", "public half"],
    ["a plugin's identity", "AGE-PLUGIN-YUBIKEY-1QQQQ", "not a recipient", "public half"],
    ["a private SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "private key, not a recipient", "public half"],
    [
      "a PuTTY key",
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
      "private key, not a recipient",
      "public half",
    ],
    ["a PEM public key", "-----BEGIN PUBLIC KEY-----", "a form that age does not read", "ssh-keygen -i"],
    ["options before the key", `restrict,pty ${ed25519}`, "unexpected text before", "no options"],
    ["a known_hosts line", `web1.example ${ed25519}`, "unexpected text before", "no host name"],
    ["nothing", "  ", "an empty recipient", ""],
    ["a word", "alice", "not a recipient", "age1…"],
    ["two lines", `${age}\n${age}`, "several lines", ""],
  ])("that is %s is refused with the reason, a way out and not a letter of it", async (...[, text, why, hint]) => {
    const error: unknown = await parseRecipient(text).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "SecretsError", code: "bad-key", message: expect.stringContaining(why) });
    const told = `${String(error)} ${(error as { hint?: string }).hint ?? ""}`;
    expect(told).toContain(hint);
    expect(told).not.toMatch(/AAAA[^…]|QQQQ|qqqq|yy4zll|somebody/);
  });
});

describe("a recipient of a plugin", () => {
  test("is named and compared, and nothing is encrypted to it", async () => {
    const recipient = await parseRecipient(unencrypted);
    expect(recipient).toMatchObject({ text: unencrypted, id: `plugin:${unencrypted}` });
    await expect(keyring.wrap(recipient, new Uint8Array(16))).rejects.toMatchObject({ code: "refused" });
  });
});
