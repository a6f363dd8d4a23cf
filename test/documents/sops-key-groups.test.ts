import { DEFAULT_SETTINGS } from "../../src/documents/sops/selection.ts";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { newDataKey, sameDataKey } from "../../src/crypto/data-key.ts";
import { compareReaders, standingReaders } from "../../src/documents/sops/readers.ts";
import { unwrapDataKey } from "../../src/documents/sops/unwrap.ts";
import { wrapDataKey } from "../../src/documents/sops/wrap.ts";
import { metadataTree, newMetadata, readMetadata, type Metadata } from "../../src/documents/sops/metadata.ts";
import { ed25519Blob, ed25519Faces } from "../../src/keys/kinds/ssh-ed25519.ts";
import type { Identity, OpeningRing, Recipient } from "../../src/keys/recipient.ts";
import { keyring } from "../../src/keys/index.ts";
import { identitiesOf, recipientsOf, ringOf } from "./ring.ts";

interface Person {
  readonly identities: readonly Identity[];
  readonly recipient: Recipient;
}

async function person(): Promise<Person> {
  const text = await generateIdentity();
  const [recipient] = await recipientsOf(await identityToRecipient(text));
  if (recipient === undefined) throw new Error("no recipient");
  return { identities: await identitiesOf(text), recipient };
}

const [alice, bob, carol] = await Promise.all([person(), person(), person()]);
const dataKey = newDataKey();
const EMPTY: Metadata = { ...newMetadata([], 0, DEFAULT_SETTINGS), lastModified: "2026-01-01T00:00:00Z", mac: "m" };

async function wrapped(
  wanted: readonly (readonly Person[])[],
  more: Partial<{ threshold: number }> = {},
): Promise<Metadata> {
  const metadata = await wrapDataKey({
    metadata: EMPTY,
    dataKey,
    wanted: wanted.map((group) => group.map(({ recipient }) => recipient)),
    threshold: 0,
    isNewKey: true,
    keyring,
    ...more,
  });
  return readMetadata(metadataTree(metadata));
}

const ring = (...people: readonly Person[]) => ringOf(people.flatMap(({ identities }) => identities));
const again = (metadata: Metadata, wanted: readonly (readonly Recipient[])[], isNewKey = false) =>
  wrapDataKey({ metadata, dataKey, wanted, threshold: 0, isNewKey, keyring });

describe("one group", () => {
  test("any reader recovers the data key, nobody else does", async () => {
    const metadata = await wrapped([[alice, bob]]);
    for (const one of [alice, bob]) expect(sameDataKey(await unwrapDataKey(metadata, ring(one)), dataKey)).toBe(true);
    await expect(unwrapDataKey(metadata, ring(carol))).rejects.toMatchObject({ code: "no-identity" });
  });

  test("an entry is an armored age file with one stanza and a final line break", async () => {
    const [entry] = (await wrapped([[alice]])).groups[0]?.age ?? [];
    expect(entry?.recipient).toBe(alice.recipient.text);
    expect(entry?.enc).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n[\s\S]+\n-----END AGE ENCRYPTED FILE-----\n$/);
    const binary = Buffer.from(entry?.enc.split("\n").slice(1, -2).join("") ?? "", "base64").toString("latin1");
    expect(binary.split("\n").filter((line) => line.startsWith("-> "))).toHaveLength(1);
  });

  test("adding a reader keeps every other entry verbatim, removing one leaves it out", async () => {
    const metadata = await wrapped([[alice, bob]]);
    const more = await again(metadata, [[bob.recipient, carol.recipient, alice.recipient]]);
    expect(more.groups[0]?.age.slice(0, 2)).toEqual(metadata.groups[0]?.age);
    expect(more.groups[0]?.age[2]?.recipient).toBe(carol.recipient.text);
    const fewer = await again(metadata, [[bob.recipient]]);
    expect(fewer.groups[0]?.age).toEqual(metadata.groups[0]?.age.slice(1));
  });

  test("a new data key is wrapped again for all", async () => {
    const metadata = await wrapped([[alice, bob]]);
    const rotated = await again(metadata, await standingReaders(metadata), true);
    const encs = (each: Metadata) => each.groups[0]?.age.map(({ enc }) => enc) ?? [];
    expect(encs(rotated)).toHaveLength(2);
    expect(encs(rotated).filter((enc) => encs(metadata).includes(enc))).toEqual([]);
  });

  test("nobody is not enough", async () => {
    const metadata = await wrapped([[alice]]);
    await expect(again(metadata, [[]])).rejects.toMatchObject({ code: "refused" });
    await expect(again(metadata, [])).rejects.toMatchObject({ code: "refused" });
  });

  test("a broken entry does not stop a good one, and is told where none is good", async () => {
    const metadata = await wrapped([[alice, bob]]);
    const broken = (which: string): Metadata => {
      const age = metadata.groups[0]?.age.map((entry) =>
        entry.recipient === which ? { ...entry, enc: entry.enc.replace("BEGIN", "BEGUN") } : entry,
      );
      return { ...metadata, groups: [{ age: age ?? [], others: new Map() }] };
    };
    expect(sameDataKey(await unwrapDataKey(broken(alice.recipient.text), ring(alice, bob)), dataKey)).toBe(true);
    await expect(unwrapDataKey(broken(alice.recipient.text), ring(alice))).rejects.toMatchObject({ code: "malformed" });
  });

  test("asks for a passphrase only where no key opens it without", async () => {
    const metadata = await wrapped([[alice, bob]]);
    const asked: string[] = [];
    const open = ring(alice);
    const locked: OpeningRing = {
      held: async () => new Set([alice.recipient.id, bob.recipient.id]),
      canOpen: async (opening) =>
        opening.declares(bob.recipient.id) === true ? "with a passphrase" : open.canOpen(opening),
      unwrap: async (opening) => {
        if (opening.declares(bob.recipient.id) === true) asked.push("bob");
        return open.unwrap(opening);
      },
    };
    await unwrapDataKey(metadata, locked);
    expect(asked).toEqual([]);
  });
});

describe("readers", () => {
  test("are compared by key, whatever the order", async () => {
    const metadata = await wrapped([[alice, bob]]);
    const same = await compareReaders(metadata, [[bob.recipient, alice.recipient]]);
    expect(same).toMatchObject({ added: [], removed: [], removes: false, differs: false });
    const other = await compareReaders(metadata, [[bob.recipient, carol.recipient]]);
    expect(other.added).toEqual([carol.recipient]);
    expect(other.removed.map(({ recipient }) => recipient?.id)).toEqual([alice.recipient.id]);
    expect(other).toMatchObject({ removes: true, differs: true });
  });

  test("by another face of an SSH key differ, and nobody loses the data key by it", async () => {
    const [ssh, age] = ed25519Faces(
      ed25519Blob(Buffer.from("e9b9a2a4d1f9e6b1b1d0a7a5a0a0b0c0d0e0f0a1b1c1d1e1f1a2b2c2d2e2f202", "hex")),
      "alice@laptop",
    );
    const metadata = await wrapDataKey({
      metadata: EMPTY,
      dataKey,
      wanted: [[age]],
      threshold: 0,
      isNewKey: true,
      keyring,
    });
    expect(await compareReaders(metadata, [[ssh]])).toMatchObject({ differs: true, removes: false });
    expect(await compareReaders(metadata, [[age]])).toMatchObject({ differs: false });
  });

  test("who are in another group differ", async () => {
    const metadata = await wrapped([[alice], [bob]]);
    expect(await compareReaders(metadata, [[bob.recipient], [alice.recipient]])).toMatchObject({
      removes: false,
      differs: true,
    });
    expect(await compareReaders(metadata, [[alice.recipient, bob.recipient]])).toMatchObject({
      removes: false,
      differs: true,
    });
  });

  test("of an unknown kind are known by their text, and nothing is encrypted to them", async () => {
    const metadata = await wrapped([[alice]]);
    const [group] = metadata.groups;
    const age = [...(group?.age ?? []), { recipient: "age1yubikey1qqqq", enc: "x", tree: undefined }];
    const more: Metadata = { ...metadata, groups: [{ age, others: new Map() }] };
    expect((await compareReaders(more, [[alice.recipient]])).removed[0]?.entry.recipient).toBe("age1yubikey1qqqq");
    await expect(standingReaders(more)).rejects.toMatchObject({ code: "refused" });
  });
});

describe("several groups", () => {
  test("need all, or as many as the threshold says", async () => {
    const all = await wrapped([[alice], [bob], [carol]]);
    expect(all.threshold).toBe(3);
    expect(sameDataKey(await unwrapDataKey(all, ring(alice, bob, carol)), dataKey)).toBe(true);
    await expect(unwrapDataKey(all, ring(alice, bob))).rejects.toMatchObject({ code: "no-identity" });
    const two = await wrapped([[alice], [bob], [carol]], { threshold: 2 });
    expect(sameDataKey(await unwrapDataKey(two, ring(carol, alice)), dataKey)).toBe(true);
    await expect(unwrapDataKey(two, ring(carol))).rejects.toMatchObject({ code: "no-identity" });
  });

  test("become one again", async () => {
    const one = await again(await wrapped([[alice], [bob]]), [[alice.recipient]]);
    expect(sameDataKey(await unwrapDataKey(one, ring(alice)), dataKey)).toBe(true);
  });

  test("with a threshold that does not fit are refused", async () => {
    await expect(wrapped([[alice], [bob]], { threshold: 3 })).rejects.toMatchObject({ code: "refused" });
    await expect(wrapped([[alice], [bob]], { threshold: 1 })).rejects.toMatchObject({ code: "refused" });
    const metadata = { ...(await wrapped([[alice], [bob]])), threshold: 5 };
    await expect(unwrapDataKey(metadata, ring(alice, bob))).rejects.toMatchObject({ code: "malformed" });
  });
});

describe("entries of other key types", () => {
  const PGP = [new Map([["fp", "AB"]])];
  const withPgp = async (): Promise<Metadata> => {
    const metadata = await wrapped([[alice]]);
    return {
      ...metadata,
      groups: metadata.groups.map((group) => ({ ...group, others: new Map([["pgp", PGP] as const]) })),
    };
  };

  test("survive where age readers are added or removed", async () => {
    const more = await again(await withPgp(), [[alice.recipient, bob.recipient]]);
    expect(more.groups[0]?.others.get("pgp")).toEqual(PGP);
    expect((await again(more, [[bob.recipient]])).groups[0]?.others.get("pgp")).toEqual(PGP);
  });

  test("stand against a new data key and against groups, with the reason", async () => {
    const metadata = await withPgp();
    await expect(again(metadata, [[alice.recipient]], true)).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("PGP key AB"),
    });
    await expect(again(metadata, [[alice.recipient], [bob.recipient]])).rejects.toMatchObject({ code: "refused" });
  });
});
