import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openAge } from "../../src/documents/age/file.ts";
import { readAgeHeader } from "../../src/documents/age/stanzas.ts";
import { agreement, readersOf } from "../../src/documents/age/readers.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import { parseRecipient } from "../../src/keys/index.ts";
import type { Identity, Recipient } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";
import { scryptIdentity } from "../../src/keys/kinds/scrypt.ts";
import { collect, once } from "./bytes.ts";

// Keys and files of the real tools; fixtures/README.md says which.
const passphrase = "pässword";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/age/${name}`, import.meta.url));
}

async function identityOf(name: string, publicKey?: string): Promise<Identity> {
  const { identities } = await parseIdentityFile(fixture(`${name}.identity`), { origin: name, publicKey });
  const [source] = identities;
  if (source === undefined) throw new Error("no identity");
  const [identity] = isLocked(source) ? await source.unlock(() => Promise.resolve(passphrase)) : [source];
  if (identity === undefined) throw new Error("no identity");
  return identity;
}

async function recipientsOf(...names: string[]): Promise<Recipient[]> {
  const identities = await Promise.all(names.map((name) => identityOf(name)));
  return identities.flatMap(({ recipients }) => recipients.slice(0, 1));
}

async function opened(name: string, identity: Identity): Promise<string> {
  const plaintext = await openAge(once(fixture(name)), (stanzas) => identity.unwrapFileKey(stanzas));
  return (await collect(plaintext)).toString();
}

describe("files of age and rage", () => {
  test.each([
    ["x25519.age", "x25519"],
    ["x25519.age", "locked"],
    ["ssh-ed25519.age", "ssh-ed25519"],
    ["ssh-rsa.age", "ssh-rsa"],
    ...["everybody.age", "rage.age"].flatMap((file) =>
      ["x25519", "ssh-ed25519", "ssh-rsa"].map((name): [string, string] => [file, name]),
    ),
  ])("%s opens with %s", async (file, name) => {
    expect(await opened(file, await identityOf(name))).toBe("a secret\n");
  });

  test("passphrase.age opens with its passphrase", async () => {
    expect(await opened("passphrase.age", scryptIdentity(passphrase))).toBe("a secret\n");
  });

  test.each(["x25519.age", "ssh-ed25519.age", "ssh-rsa.age", "passphrase.age"])(
    "%s does not open with the key of somebody else",
    async (file) => {
      const stranger = await identityOf("locked-chacha20");
      await expect(opened(file, stranger)).rejects.toMatchObject({ name: "SecretsError", code: "no-identity" });
    },
  );

  test("locked SSH keys say whose they are, and belong to their .pub", async () => {
    const pem = await identityOf("locked-pem", fixture("locked-pem.identity.pub").toString());
    expect(pem.recipients[0]?.text).toBe((await parseRecipient(fixture("locked-pem.identity.pub").toString())).text);
    expect((await identityOf("locked-chacha20")).recipients[0]?.kind).toBe("ssh-ed25519");
  });

  test("grease is nobody: three readers and no more are counted in rage.age", async () => {
    const header = await readAgeHeader(once(fixture("rage.age")));
    expect(header.stanzas).toHaveLength(4);
    const wanted = await recipientsOf("x25519", "ssh-ed25519", "ssh-rsa");
    expect(await agreement(header, { wanted, known: wanted })).toMatchObject({ status: "unknown" });
    const readers = await readersOf(header, wanted);
    expect(readers.known.map(({ kind }) => kind)).toEqual(["ssh-ed25519", "ssh-rsa"]);
    expect(readers.unknown).toBe(1);
  });

  test("files for SSH keys alone agree without any hint", async () => {
    for (const name of ["ssh-ed25519", "ssh-rsa"]) {
      const header = await readAgeHeader(once(fixture(`${name}.age`)));
      const wanted = await recipientsOf(name);
      expect(await agreement(header, { wanted, known: [] })).toMatchObject({ status: "agree" });
    }
  });
});
