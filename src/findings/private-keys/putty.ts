/**
 * Which PuTTY private keys are in this text?
 *
 * Versions 2 and 3 of the format (PuTTY manual, appendix C). A key without a passphrase carries a MAC under an empty one, which
 * is verified; under a passphrase only the public half and the sizes can be.
 */
import { createHash, createHmac } from "node:crypto";
import { wireReader, wireString } from "../../keys/ssh-wire.ts";
import type { FoundKey } from "./found-key.ts";

const FILE =
  /PuTTY-User-Key-File-([23]): ([\w@.-]+)\r?\n\s*Encryption: ([\w-]+)\r?\n\s*Comment: ([^\r\n]*)\r?\n\s*Public-Lines: (\d{1,4})\r?\n/g;
/** No such file is longer. */
const LONGEST = 32 * 1024;

/** In the order of the text. */
export async function puttyKeys(text: string): Promise<FoundKey[]> {
  const found: FoundKey[] = [];
  for (const match of text.matchAll(FILE)) {
    const [head, version = "", type = "", encryption = "", comment = "", count = ""] = match;
    const rest = text.slice(match.index + head.length, match.index + head.length + LONGEST);
    const parts = partsOf(rest, Number(count));
    const locked = encryption !== "none";
    const honest = parts !== undefined && typeOf(parts.publicBlob) === type && parts.privateBlob.length > 0;
    const verified =
      honest &&
      (locked
        ? parts.privateBlob.length % 16 === 0
        : macOf({ version, type, encryption, comment }, parts) === parts.mac);
    found.push({
      name: `a PuTTY ${type} private key`,
      offset: match.index,
      verified,
      locked,
      stub: false,
      ids: honest ? await idsOf(type, parts.publicBlob) : [],
    });
  }
  return found;
}

interface Parts {
  readonly publicBlob: Buffer;
  readonly privateBlob: Buffer;
  /** Lower-case hex. */
  readonly mac: string;
}

function partsOf(text: string, publicLines: number): Parts | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith("Private-Lines: "));
  const privateLines = Number(lines[at]?.slice("Private-Lines: ".length));
  const mac = /^Private-MAC: ([0-9a-f]+)/i.exec(lines[at + privateLines + 1] ?? "")?.[1];
  if (at < publicLines || !Number.isInteger(privateLines) || mac === undefined) return undefined;
  const blob = (from: number, count: number) => Buffer.from(lines.slice(from, from + count).join(""), "base64");
  return { publicBlob: blob(0, publicLines), privateBlob: blob(at + 1, privateLines), mac: mac.toLowerCase() };
}

/** The type that a public key says it is; undefined unless it is strings to its last byte. */
function typeOf(blob: Buffer): string | undefined {
  const reader = wireReader(blob);
  const type = reader.string()?.toString("latin1");
  while (reader.rest().length > 0) if (reader.string() === undefined) return undefined;
  return type;
}

interface Head {
  readonly version: string;
  readonly type: string;
  readonly encryption: string;
  readonly comment: string;
}

function macOf(head: Head, { publicBlob, privateBlob }: Parts): string {
  const covered = [head.type, head.encryption, Buffer.from(head.comment, "latin1"), publicBlob, privateBlob].map(
    (part) => wireString(part),
  );
  const mac =
    head.version === "3"
      ? createHmac("sha256", "")
      : createHmac("sha1", createHash("sha1").update("putty-private-key-file-mac-key").digest());
  return mac.update(Buffer.concat(covered)).digest("hex");
}

async function idsOf(type: string, blob: Buffer): Promise<string[]> {
  try {
    if (type === "ssh-ed25519") {
      return (await import("../../keys/ssh-ed25519.ts")).ed25519Faces(blob).map(({ id }) => id);
    }
    if (type === "ssh-rsa") return [(await import("../../keys/ssh-rsa.ts")).rsaRecipient(blob).id];
  } catch {
    // A blob that is no key belongs to nobody.
  }
  return [];
}
