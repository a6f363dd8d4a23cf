import { generateKeyPairSync } from "node:crypto";
import { Encrypter, generateHybridIdentity, generateX25519Identity, type Stanza } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { sealAge } from "../../src/documents/age/file.ts";
import { readAgeHeader } from "../../src/documents/age/stanzas.ts";
import type { AgeFileDifference, AgeHeader } from "../../src/documents/age/header.ts";
import { agreement, readersOf } from "../../src/documents/age/readers.ts";
import { hintLists, hintStanza, readHint } from "../../src/documents/age/reader-hint.ts";
import type { Recipient } from "../../src/keys/recipient.ts";
import { parseIdentity as parseHybrid } from "../../src/keys/kinds/mlkem768x25519.ts";
import { passphraseRecipient, passphraseRing } from "../../src/keys/kinds/scrypt.ts";
import { ed25519Identity } from "../../src/keys/kinds/ssh-ed25519.ts";
import { identityOf } from "../../src/keys/kinds/ssh-rsa.ts";
import { parseIdentity } from "../../src/keys/kinds/x25519.ts";
import { keyring } from "../../src/keys/index.ts";
import { stanzaFor } from "../keys/stanzas.ts";
import { collect, once } from "./bytes.ts";

/** Readers of every kind. `ed` and `edTwin` are the two faces of one key. */
interface Cast {
  readonly alice: Recipient;
  readonly bob: Recipient;
  readonly ed: Recipient;
  readonly edTwin: Recipient;
  readonly host: Recipient;
  readonly rsa: Recipient;
  readonly oldRsa: Recipient;
}

let cast: Cast;
let everybody: Recipient[];

function face(recipients: readonly Recipient[], index = 0): Recipient {
  const recipient = recipients[index];
  if (recipient === undefined) throw new Error("no recipient");
  return recipient;
}

beforeAll(async () => {
  const [first, second] = [await generateX25519Identity(), await generateX25519Identity()];
  const rsa = (): Recipient =>
    face(identityOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey).recipients);
  const ed = ed25519Identity(Buffer.alloc(32, 1)).recipients;
  cast = {
    alice: face(parseIdentity(first).recipients),
    bob: face(parseIdentity(second).recipients),
    ed: face(ed),
    edTwin: face(ed, 1),
    host: face(ed25519Identity(Buffer.alloc(32, 2)).recipients),
    rsa: rsa(),
    oldRsa: rsa(),
  };
  everybody = Object.values(cast);
});

/** The header of a file for these readers, as we write it (`hint`) or as other tools do. */
async function headerFor(recipients: readonly Recipient[], hint: boolean, ring = keyring): Promise<AgeHeader> {
  const { bytes } = await sealAge({ recipients, plaintext: Buffer.from("x"), armor: false, hint, keyring: ring });
  return readAgeHeader(once(await collect(bytes)));
}

/** The header of a file with exactly these stanzas. */
async function headerWith(stanzas: readonly Stanza[]): Promise<AgeHeader> {
  const encrypter = new Encrypter();
  encrypter.addRecipient({ wrapFileKey: () => [...stanzas] });
  return readAgeHeader(once(await encrypter.encrypt("x")));
}

function stanzasFor(...recipients: Recipient[]): Promise<Stanza[]> {
  return Promise.all(recipients.map((recipient) => stanzaFor(recipient)));
}

/** What differs, empty where nothing does. */
function differing(changes: Partial<AgeFileDifference>): AgeFileDifference {
  return { status: "differ", missing: [], missingUnknown: 0, extra: [], strangers: 0, ...changes };
}

const agreeing = differing({ status: "agree" });
const unknown = differing({ status: "unknown" });

describe("with the reader hint", () => {
  test("a file agrees with exactly its readers, whatever their kinds", async () => {
    const header = await headerFor(everybody, true);
    expect(await agreement(header, { wanted: everybody, known: everybody })).toEqual(agreeing);
  });

  test("either face of an ed25519 key satisfies", async () => {
    for (const [written, wanted] of [
      [cast.ed, cast.edTwin],
      [cast.edTwin, cast.ed],
    ] as const) {
      const header = await headerFor([cast.alice, written], true);
      const result = await agreement(header, { wanted: [cast.alice, wanted], known: [] });
      expect(result).toEqual(agreeing);
    }
  });

  test("who is missing and who is too many is told by name, and strangers are counted", async () => {
    const header = await headerFor([cast.alice, cast.ed, cast.rsa], true);
    const all = [cast.alice, cast.bob, cast.ed, cast.rsa];
    expect(await agreement(header, { wanted: [cast.alice, cast.bob, cast.rsa], known: all })).toEqual(
      differing({ missing: [cast.bob], extra: [cast.ed] }),
    );
    expect(await agreement(header, { wanted: [cast.bob, cast.rsa], known: [cast.bob, cast.rsa] })).toEqual(
      differing({ missing: [cast.bob], strangers: 2 }),
    );
  });

  test("any change of the readers shows, over all sets", async () => {
    const one = [cast.alice, cast.bob, cast.ed, cast.host, cast.rsa, cast.oldRsa];
    const some = fc.subarray(one, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(some, fc.subarray(one), async (written, wanted) => {
        const result = await agreement(await headerFor(written, true), { wanted, known: one });
        const missing = wanted.filter((recipient) => !written.includes(recipient));
        const extra = one.filter((recipient) => written.includes(recipient) && !wanted.includes(recipient));
        const agrees = missing.length + extra.length === 0;
        expect(result).toEqual(agrees ? agreeing : differing({ missing, extra }));
      }),
      { numRuns: 60 },
    );
  });

  test("the readers are told, and the strangers counted", async () => {
    const header = await headerFor([cast.alice, cast.bob, cast.rsa], true);
    expect(await readersOf(header, [cast.alice, cast.ed, cast.rsa])).toEqual({
      known: [cast.alice, cast.rsa],
      unknown: 1,
    });
  });

  test("no two files show that they have the same readers", async () => {
    const [first, second] = [await headerFor([cast.alice], true), await headerFor([cast.alice], true)];
    expect(first.hint?.hashes).not.toEqual(second.hint?.hashes);
  });
});

describe("a hint that does not fit the stanzas is not used", () => {
  test("because it counts too many or too few", async () => {
    for (const listed of [[cast.alice, cast.bob], []]) {
      const header = await headerWith([...(await stanzasFor(cast.alice)), hintStanza(listed)]);
      expect(await agreement(header, { wanted: [cast.alice], known: everybody })).toEqual(unknown);
    }
  });

  test("because a known SSH key has a stanza and is not listed", async () => {
    const header = await headerWith([...(await stanzasFor(cast.alice, cast.ed)), hintStanza([cast.alice, cast.bob])]);
    expect(await agreement(header, { wanted: [cast.alice, cast.bob], known: everybody })).toEqual(
      differing({ extra: [cast.ed], missingUnknown: 1 }),
    );
  });

  test("because it lists an RSA key that has no stanza", async () => {
    const header = await headerWith([...(await stanzasFor(cast.alice)), hintStanza([cast.rsa])]);
    expect(await agreement(header, { wanted: [cast.rsa], known: everybody })).toEqual(
      differing({ missing: [cast.rsa], strangers: 1 }),
    );
  });

  test("because it lists more keys without a tag than there are X25519 stanzas", async () => {
    const header = await headerWith([...(await stanzasFor(cast.oldRsa)), hintStanza([cast.alice])]);
    expect(await agreement(header, { wanted: [cast.alice], known: [cast.alice] })).toEqual(
      differing({ missing: [cast.alice], strangers: 1 }),
    );
  });

  test("because there are two of them", async () => {
    const hint = hintStanza([cast.alice]);
    const header = await headerWith([...(await stanzasFor(cast.alice)), hint, hint]);
    expect(header.hint).toBeUndefined();
    expect(await agreement(header, { wanted: [cast.alice], known: [] })).toEqual(unknown);
  });

  test.each([
    ["of another version", (stanza: Stanza): Stanza => ({ args: withArgument(stanza, 1, "v2"), body: stanza.body })],
    ["without a salt", (stanza: Stanza): Stanza => ({ args: stanza.args.slice(0, 2), body: stanza.body })],
    ["with a short salt", (stanza: Stanza): Stanza => ({ args: withArgument(stanza, 2, "AAAA"), body: stanza.body })],
    ["with half a hash", (stanza: Stanza): Stanza => ({ args: stanza.args, body: stanza.body.subarray(4) })],
  ])("because it is %s", (_, damage) => {
    expect(readHint([damage(hintStanza([cast.alice]))])).toBeUndefined();
  });

  function withArgument(stanza: Stanza, index: number, value: string): string[] {
    return stanza.args.map((argument, at) => (at === index ? value : argument));
  }
});

describe("without the hint", () => {
  test("files for SSH keys alone agree or differ exactly", async () => {
    const header = await headerFor([cast.ed, cast.rsa], false);
    expect(await agreement(header, { wanted: [cast.rsa, cast.ed], known: [] })).toEqual(agreeing);
    expect(await agreement(header, { wanted: [cast.ed, cast.host], known: everybody })).toEqual(
      differing({ missing: [cast.host], extra: [cast.rsa] }),
    );
    expect(await agreement(header, { wanted: [cast.rsa], known: [cast.rsa] })).toEqual(differing({ strangers: 1 }));
  });

  test("an SSH stanza satisfies a policy that names only the native face of its key", async () => {
    const header = await headerFor([cast.ed], false);
    expect(await agreement(header, { wanted: [cast.edTwin], known: [] })).toEqual(agreeing);
    expect(await readersOf(header, [cast.edTwin])).toEqual({ known: [cast.edTwin], unknown: 0 });
  });

  test("an X25519 stanza may be the other face of an SSH key, so its absence is not certain", async () => {
    const header = await headerFor([cast.edTwin], false);
    expect(await agreement(header, { wanted: [cast.ed], known: [] })).toEqual(unknown);
  });

  test("native readers in the right number are unknown", async () => {
    const header = await headerFor([cast.alice, cast.ed], false);
    expect(await agreement(header, { wanted: [cast.bob, cast.ed], known: everybody })).toEqual(unknown);
    expect(await readersOf(header, everybody)).toEqual({ known: [cast.ed], unknown: 1 });
  });

  test("native readers in the wrong number differ", async () => {
    const header = await headerFor([cast.alice, cast.bob], false);
    expect(await agreement(header, { wanted: [cast.alice], known: everybody })).toEqual(differing({ strangers: 1 }));
    expect(await agreement(header, { wanted: [cast.alice, cast.bob, cast.host], known: everybody })).toEqual(
      differing({ missingUnknown: 1 }),
    );
  });

  test("a missing RSA key is certain, and so is a native one where there is no native stanza at all", async () => {
    const header = await headerFor([cast.rsa], false);
    expect(await agreement(header, { wanted: [cast.rsa, cast.oldRsa, cast.alice], known: [] })).toEqual(
      differing({ missing: [cast.oldRsa, cast.alice] }),
    );
  });

  test("stanzas of other kinds are readers whom nobody knows", async () => {
    const foreign: Stanza = { args: ["piv-p256", "abcd", "efgh"], body: new Uint8Array(32) };
    const header = await headerWith([...(await stanzasFor(cast.ed)), foreign]);
    expect(await agreement(header, { wanted: [cast.ed], known: [] })).toEqual(differing({ strangers: 1 }));
  });

  test("grease is nobody", async () => {
    const grease: Stanza = { args: ["abc-grease", "x"], body: new Uint8Array(3) };
    const header = await headerWith([...(await stanzasFor(cast.ed)), grease]);
    expect(await agreement(header, { wanted: [cast.ed], known: [] })).toEqual(agreeing);
  });

  test("a passphrase is a reader whom nobody knows", async () => {
    const header = await headerFor([passphraseRecipient], true, passphraseRing("pässword", { logN: 4 }));
    expect(await agreement(header, { wanted: [cast.alice], known: [] })).toEqual(
      differing({ missing: [cast.alice], strangers: 1 }),
    );
  });
});

describe("post-quantum keys and keys of plugins", () => {
  const plugin = { kind: "plugin", text: "age1x1y", comment: "", id: "plugin:age1x1y" };
  const ofPlugin: Stanza = { args: ["x", "y"], body: new Uint8Array(0) };

  test("are counted each by themselves, so that one is never taken for another", async () => {
    const [quinn, robin] = [await generateHybridIdentity(), await generateHybridIdentity()].map((text) =>
      face(parseHybrid(text).recipients),
    );
    if (quinn === undefined || robin === undefined) throw new Error("no key");
    const stanzas = await stanzasFor(quinn, robin);
    const wanted = (...readers: Recipient[]) => ({ wanted: readers, known: [] });
    const header = await headerWith(stanzas);
    expect(await agreement(header, wanted(quinn, robin))).toEqual(unknown);
    expect(await agreement(header, wanted(quinn))).toEqual(differing({ strangers: 1 }));
    expect(await agreement(header, wanted(quinn, cast.alice))).toEqual(
      differing({ missing: [cast.alice], strangers: 1 }),
    );
    expect(await agreement(header, wanted(quinn, robin, plugin))).toEqual(differing({ missing: [plugin] }));
    const more = await headerWith([...stanzas, ofPlugin]);
    expect(await agreement(more, wanted(quinn, robin, plugin))).toEqual(unknown);
    expect(await agreement(more, wanted(quinn, robin))).toEqual(differing({ strangers: 1 }));
  });
});

describe("the hint itself", () => {
  test("lists its readers and nobody else", () => {
    const hint = readHint([hintStanza([cast.alice, cast.ed])]);
    if (hint === undefined) throw new Error("no hint");
    expect(hint.hashes.size).toBe(2);
    expect([cast.alice, cast.ed, cast.edTwin].map(({ id }) => hintLists(hint, id))).toEqual([true, true, true]);
    expect([cast.bob, cast.rsa].map(({ id }) => hintLists(hint, id))).toEqual([false, false]);
  });

  test("has the format that its file describes", () => {
    const salt = Buffer.alloc(16, 1);
    const stanza = hintStanza([cast.alice, cast.bob], salt);
    expect(stanza.args).toEqual(["secrets-cli/readers", "v1", "AQEBAQEBAQEBAQEBAQEBAQ"]);
    expect(stanza.body).toHaveLength(16);
    const [first, second] = [stanza.body.subarray(0, 8), stanza.body.subarray(8)];
    expect(Buffer.compare(first, second)).toBeLessThan(0);
  });
});
