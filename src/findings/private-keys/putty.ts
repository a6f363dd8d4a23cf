/**
 * Which PuTTY private keys are in this text?
 *
 * Versions 2 and 3 of the format (PuTTY manual, appendix C). A key without a passphrase carries a MAC under an empty one, which
 * is verified; under a passphrase only the public half and the sizes can be.
 */
import { createHash, createHmac } from "node:crypto";
import { encodePadded } from "../../crypto/base64.ts";
import { parseRecipient } from "../../keys/index.ts";
import { wireReader, wireString } from "../../keys/ssh-wire.ts";
import { markOf, type KeyInText } from "./found-key.ts";

const BEGIN = /PuTTY-User-Key-File-[23]: /g;
const FILE = new RegExp(
  String.raw`^PuTTY-User-Key-File-([23]): ([\w@.-]+)\s+Encryption: ([\w-]+)\nComment:(?: ([^\n]*))?\nPublic-Lines: \d{1,4}\s([A-Za-z0-9+/=\s]*)\n` +
    String.raw`(?:(?:Key-Derivation|Argon2-\w+): [^\n]*\n)*Private-Lines: \d{1,4}\s([A-Za-z0-9+/=\s]*)\nPrivate-MAC: ([0-9a-fA-F]+)`,
);
/** No such file is longer. */
const LONGEST = 32 * 1024;
/** Line breaks as programs write them in a text; and before every field, where blanks stand for them. */
const LINE_BREAK =
  /\r\n?|(?<!\\)\\+(?:r\\+)?n|(?<!\s)\s+(?=(?:Encryption|Comment|Public-Lines|Key-Derivation|Argon2-\w+|Private-Lines|Private-MAC): )/g;

/** In the order of the text. */
export async function puttyKeys(text: string): Promise<KeyInText[]> {
  const found: KeyInText[] = [];
  const begins = [...text.matchAll(BEGIN)].map(({ index }) => index);
  for (const [number, index] of begins.entries()) {
    const end = Math.min(index + LONGEST, begins[number + 1] ?? text.length);
    const file = text.slice(index, end).replaceAll(LINE_BREAK, "\n").replaceAll(/\n\s+/g, "\n");
    const head = /^PuTTY-User-Key-File-[23]: ([\w@.-]+)\s+Encryption: ([\w-]+)\n/.exec(file);
    if (head === null) continue;
    const [, type = "", encryption = ""] = head;
    const locked = encryption !== "none";
    const parts = partsOf(file);
    const honest = parts !== undefined && typeOf(parts.publicBlob) === type && parts.privateBlob.length > 0;
    const verified = honest && (locked ? parts.privateBlob.length % 16 === 0 : macOf(parts) === parts.mac);
    const ids = honest ? await idsOf(type, parts.publicBlob) : [];
    const [name, mark] = [
      `a PuTTY ${type} private key`,
      markOf(parts?.privateBlob ?? file.split("Private-MAC")[0] ?? ""),
    ];
    found.push({ name, offset: index, verified, locked, stub: false, ids, mark });
  }
  return found;
}

interface Parts {
  readonly version: string;
  readonly type: string;
  readonly encryption: string;
  readonly comment: string;
  readonly publicBlob: Buffer;
  readonly privateBlob: Buffer;
  /** Lower-case hex. */
  readonly mac: string;
}

function partsOf(file: string): Parts | undefined {
  const [all, version = "", type = "", encryption = "", comment = "", open = "", closed = "", mac = ""] =
    FILE.exec(file) ?? [];
  if (all === undefined) return undefined;
  const [publicBlob, privateBlob] = [Buffer.from(open, "base64"), Buffer.from(closed, "base64")];
  return { version, type, encryption, comment, publicBlob, privateBlob, mac: mac.toLowerCase() };
}

/** The type that a public key says it is; undefined unless it is strings to its last byte. */
function typeOf(blob: Buffer): string | undefined {
  const reader = wireReader(blob);
  const type = reader.string()?.toString("latin1");
  while (reader.rest().length > 0) if (reader.string() === undefined) return undefined;
  return type;
}

function macOf(parts: Parts): string {
  const { version, type, encryption, comment, publicBlob, privateBlob } = parts;
  const covered = [type, encryption, Buffer.from(comment, "latin1"), publicBlob, privateBlob].map((part) =>
    wireString(part),
  );
  const mac =
    version === "3"
      ? createHmac("sha256", "")
      : createHmac("sha1", createHash("sha1").update("putty-private-key-file-mac-key").digest());
  return mac.update(Buffer.concat(covered)).digest("hex");
}

async function idsOf(type: string, blob: Buffer): Promise<string[]> {
  try {
    return [(await parseRecipient(`${type} ${encodePadded(blob)}`)).id];
  } catch {
    // A blob that is not a key belongs to nobody.
    return [];
  }
}
