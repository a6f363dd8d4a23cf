/**
 * Which private keys are in these bytes, unencrypted, in hexadecimal, or wrapped in base64 once or twice?
 *
 * Decoded, not guessed: what a checksum or a structure verifies is told from what only looks like a key. The code of each kind
 * is loaded when its mark is there, and sees a window of the file: no text of all of it is ever made.
 */
import { placesInBytes } from "../reading/place.ts";
import { IDENTITIES } from "../../limits.ts";
import { utf8Of } from "../../text/utf8.ts";
import { base64Runs, decodeRun, hexRuns } from "./encoded-runs.ts";
import { markOf, type FoundKey, type KeyInText } from "./found-key.ts";

type Unplaced = Omit<FoundKey, "line" | "column">;

/** In the order of the file, the first of them (`IDENTITIES`). @param bytes UTF-8 or any other one-byte text; see `utf8Of`. */
export async function findPrivateKeys(bytes: Uint8Array): Promise<FoundKey[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inClear = (await keysIn(buffer)).map((key): Unplaced => ({ ...key, wrapped: 0, hex: false }));
  const armored = new Set(inClear.map(({ mark }) => mark));
  // The inside of an armor is base64 too.
  const inside = (key: Unplaced) => key.wrapped === 0 && armored.has(key.mark);
  const whole = (await bareKey(buffer)).map((key): Unplaced => ({ ...key, wrapped: 0, hex: false }));
  const found = [
    ...inClear,
    ...whole,
    ...(await inHex(buffer)),
    ...(await inBase64(buffer)).filter((key) => !inside(key)),
  ];
  const placeAt = placesInBytes(bytes);
  return found
    .sort((a, b) => a.offset - b.offset)
    .slice(0, IDENTITIES.most)
    .map((key) => ({ ...key, ...placeAt(key.offset) }));
}

/** At least the first of them (`IDENTITIES`), in no order. */
async function inHex(bytes: Buffer): Promise<Unplaced[]> {
  const found: Unplaced[] = [];
  const starts = new Set<number>();
  for (const runs of hexRuns(bytes)) {
    let count = 0;
    for (const { start, end } of runs) {
      if (count >= IDENTITIES.most) break;
      if (starts.has(start)) continue;
      const keys = await keysIn(Buffer.from(bytes.toString("latin1", start, end), "hex"));
      if (keys.length > 0) starts.add(start);
      count += keys.length;
      found.push(...keys.map((key): Unplaced => ({ ...key, offset: start, wrapped: 0, hex: true })));
    }
  }
  return found;
}

async function inBase64(bytes: Buffer): Promise<Unplaced[]> {
  const found: Unplaced[] = [];
  for (const { once, start } of unwrapped(bytes)) {
    if (found.length >= IDENTITIES.most) break;
    for (const key of await keysIn(once)) found.push({ ...key, offset: start, wrapped: 1, hex: false });
    for (const key of await bareKey(once)) found.push({ ...key, offset: start, wrapped: 0, hex: false });
    for (const { once: twice } of unwrapped(once)) {
      for (const key of await keysIn(twice)) found.push({ ...key, offset: start, wrapped: 2, hex: false });
    }
  }
  return found;
}

/** Whether these bytes may be what an armor has inside: a container of OpenSSH, or a sequence of DER. */
export function mayBeBareKey(bytes: Buffer): boolean {
  const [tag, length = 0] = bytes;
  return isOpenssh(bytes) || (tag === 0x30 && (length + 2 === bytes.length || (length > 0x80 && length < 0x85)));
}

function isOpenssh(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, OPENSSH.length) === OPENSSH;
}

/** What an armor has inside, without its first and last line, as many a variable or a file holds it. */
async function bareKey(bytes: Buffer): Promise<KeyInText[]> {
  const isContainer = isOpenssh(bytes);
  if (!isContainer && bytes[0] !== 0x30) return [];
  const { isKeyStore, titleOfDer } = await import("./der.ts");
  if (isKeyStore(bytes)) {
    const mark = markOf(bytes);
    return [{ name: "a PKCS #12 private key", offset: 0, verified: true, locked: true, stub: false, ids: [], mark }];
  }
  const title = isContainer ? "OPENSSH PRIVATE KEY" : titleOfDer(bytes);
  if (title === undefined || title === "ENCRYPTED PRIVATE KEY") return [];
  const lines = bytes.toString("base64").replaceAll(/.{64}/g, "$&\n");
  const { armoredKeys } = await import("./armored.ts");
  const keys = await armoredKeys(`-----BEGIN ${title}-----\n${lines}\n-----END ${title}-----\n`);
  return keys.filter(({ verified }) => verified);
}

const OPENSSH = "openssh-key-v1\0";

interface Kind {
  /** What every key of the kind has in its text. */
  readonly marks: readonly string[];
  readonly search: (text: string) => Promise<KeyInText[]>;
  /** How far before a mark a key may begin, with the line that it stands in; 128 bytes if absent. */
  readonly before?: number;
}

/** The kinds of keys that are found in text, each loaded when one of its marks is there. */
const KINDS: readonly Kind[] = [
  { marks: ["AGE-SECRET-KEY-", "AGE-PLUGIN-"], search: async (text) => (await import("./age.ts")).ageKeys(text) },
  { marks: ["PRIVATE KEY"], search: async (text) => (await import("./armored.ts")).armoredKeys(text) },
  { marks: ["PuTTY-User-Key-File-"], search: async (text) => (await import("./putty.ts")).puttyKeys(text) },
  {
    marks: ["rivateKey", "rivatekey", "rivate_key", "RIVATE_KEY", "haredKey", "haredkey", "hared_key", "HARED_KEY"],
    search: async (text) => (await import("./wireguard.ts")).wireguardKeys(text),
  },
  { marks: ['"kty'], search: async (text) => (await import("./jwk.ts")).webKeys(text), before: 64 * 1024 },
];

/** What a file with a key in its text has in it, as bytes. */
export const KEY_MARKS = KINDS.flatMap(({ marks }) => marks.map((mark) => Buffer.from(mark)));

/**
 * The letters of base64 that a mark gives wherever it begins, without those that depend on its neighbours. Any long text of base64
 * contains those of shorter marks.
 */
const ENCODED = KINDS.flatMap(({ marks }) => marks.filter((mark) => mark.length > 8)).flatMap((mark) =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(mark)]).toString("base64url");
    return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + mark.length) * 4) / 3));
  }),
);

/** What the base64 texts in these bytes decode to. */
function* unwrapped(bytes: Buffer): Generator<{ readonly once: Buffer; readonly start: number }, void, undefined> {
  for (const run of base64Runs(bytes)) {
    // A path or a word can stand right before it and shift it by up to three letters.
    const letters = bytes.subarray(run.start, run.end);
    const skips = ENCODED.some((mark) => letters.includes(mark)) ? [0, 1, 2, 3] : [0];
    for (const skip of skips) {
      const decoded = utf8Of(decodeRun(bytes, run, skip));
      yield { once: Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength), start: run.start };
    }
  }
}

/** What a window takes, and what behind the marks in it: no key is longer. */
const [WINDOW, BEHIND] = [1024 * 1024, 128 * 1024];

async function keysIn(bytes: Buffer): Promise<KeyInText[]> {
  const found = await Promise.all(KINDS.map((kind) => inWindows(bytes, kind)));
  return found.flat();
}

async function inWindows(bytes: Buffer, { marks, search, before = 128 }: Kind): Promise<KeyInText[]> {
  const found: KeyInText[] = [];
  let from = 0;
  let next = marks.map((mark) => ({ mark, at: bytes.indexOf(mark) }));
  for (;;) {
    // What is not there any more is not looked for again.
    const behind = from;
    next = next
      .map(({ mark, at }) => ({ mark, at: at === -1 || at >= behind ? at : bytes.indexOf(mark, behind) }))
      .filter(({ at }) => at !== -1);
    if (next.length === 0 || found.length >= IDENTITIES.most) return found.slice(0, IDENTITIES.most);
    const first = Math.min(...next.map(({ at }) => at));
    const start = Math.max(from, first - before);
    const text = bytes.toString("latin1", start, first + WINDOW + BEHIND);
    for (const key of await search(text)) {
      const offset = start + key.offset;
      if (offset < first + WINDOW) found.push({ ...key, offset });
    }
    from = first + WINDOW;
  }
}
