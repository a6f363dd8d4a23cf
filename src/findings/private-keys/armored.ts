/**
 * Which SSH, TLS and OpenPGP private keys are in this text?
 *
 * The first line is not believed: OpenSSH containers are parsed, DER is walked, the first packet of OpenPGP is looked at.
 */
import { parseOpensshContainer } from "../../keys/openssh-container.ts";
import { parseSshPrivateKey } from "../../keys/ssh-private-key.ts";
import { wireReader } from "../../keys/ssh-wire.ts";
import { armorBlocks, bodyBytes, claimsToBeKey, type ArmorBlock } from "./armor-blocks.ts";
import { isKeyDer } from "./der.ts";
import { markOf, type KeyInText } from "./found-key.ts";

/** What decoding a block showed. */
interface Proof {
  readonly verified: boolean;
  readonly locked: boolean;
  /** What kind of key the inside says it is, such as `ssh-ed25519`. */
  readonly type?: string | undefined;
}

const UNPROVED: Proof = { verified: false, locked: false };

/** In the order of the text; a block that is only mentioned is left out. */
export async function armoredKeys(text: string): Promise<KeyInText[]> {
  const found: KeyInText[] = [];
  for (const block of armorBlocks(text)) {
    const proof = await proofOf(block);
    if (!proof.verified && !claimsToBeKey(block)) continue;
    const { verified, locked } = proof;
    const ids = verified ? await idsOf(block) : [];
    const [name, mark] = [nameOf(block, proof), markOf(block.body)];
    found.push({ name, offset: block.offset, verified, locked, stub: false, ids, mark });
  }
  return found;
}

async function proofOf(block: ArmorBlock): Promise<Proof> {
  const bytes = bodyBytes(block.body);
  if (bytes === undefined) return UNPROVED;
  if (block.title === "OPENSSH PRIVATE KEY") return opensshProof(bytes);
  if (block.title === "PGP PRIVATE KEY BLOCK") return { verified: isSecretKeyPacket(bytes), locked: false };
  if (block.headers.some((header) => header.startsWith("DEK-Info:"))) {
    // What is encrypted has no shape but whole blocks of the cipher.
    return { verified: bytes.length >= 32 && bytes.length % 8 === 0, locked: true };
  }
  return { verified: isKeyDer(block.title, bytes), locked: block.title === "ENCRYPTED PRIVATE KEY" };
}

async function opensshProof(bytes: Buffer): Promise<Proof> {
  try {
    const container = parseOpensshContainer(bytes);
    if (!container.locked) await container.open();
    const type = wireReader(container.blob).string()?.toString("latin1");
    return { verified: type !== undefined && /^[\w@.-]+$/.test(type), locked: container.locked, type };
  } catch {
    return UNPROVED;
  }
}

/** RFC 9580 section 4.2: packets that fill the bytes, the first of them a secret key (tag 5), in the old or the new form. */
function isSecretKeyPacket(bytes: Buffer): boolean {
  const [first = 0] = bytes;
  if (first !== 0xc5 && (first & 0xfc) !== 0x94) return false;
  let at = 0;
  while (at < bytes.length) {
    const end = packetEnd(bytes, at);
    if (end === undefined || end > bytes.length) return false;
    at = end;
  }
  return true;
}

function packetEnd(bytes: Buffer, at: number): number | undefined {
  const [tag = 0, one = 0, two = 0] = bytes.subarray(at, at + 3);
  if ((tag & 0x80) === 0) return undefined;
  if ((tag & 0x40) === 0) {
    const size = 1 << (tag & 3);
    return size === 8 || at + 1 + size > bytes.length ? undefined : at + 1 + size + bytes.readUIntBE(at + 1, size);
  }
  if (one < 192) return at + 2 + one;
  if (one < 224) return at + 3 + ((one - 192) << 8) + two + 192;
  return one === 255 && at + 6 <= bytes.length ? at + 6 + bytes.readUInt32BE(at + 2) : undefined;
}

async function idsOf(block: ArmorBlock): Promise<string[]> {
  const headers = block.headers.length === 0 ? "" : `${block.headers.join("\n")}\n\n`;
  const lines = block.body.replace(/.{64}/g, "$&\n").trimEnd();
  const pem = `-----BEGIN ${block.title}-----\n${headers}${lines}\n-----END ${block.title}-----\n`;
  try {
    return ((await parseSshPrivateKey(pem, { origin: "" })).recipients ?? []).map(({ id }) => id);
  } catch {
    return []; // of a kind that nothing is encrypted to
  }
}

function nameOf({ title }: ArmorBlock, { type }: Proof): string {
  switch (title) {
    case "OPENSSH PRIVATE KEY":
      return type === undefined ? "an OpenSSH private key" : `an OpenSSH ${type} private key`;
    case "PGP PRIVATE KEY BLOCK":
      return "an OpenPGP private key";
    case "PRIVATE KEY":
    case "ENCRYPTED PRIVATE KEY":
      return "a PKCS #8 private key";
    default:
      return `${/^[AEIOR]/.test(title) ? "an" : "a"} ${title.replace(" PRIVATE KEY", "")} private key`;
  }
}
