/**
 * Is this an age file, and where does its header end?
 *
 * Finds the bytes of the header in a stream of any size and refuses early, within bounds, what cannot be one. What the
 * lines mean is left to the library.
 */
import { decodeUnpadded } from "../../crypto/base64.ts";
import { SecretsError } from "../../errors.ts";
import { atMost, STANZAS } from "../../limits.ts";
import { type ByteReader, byteReader } from "../../text/byte-reader.ts";
import { beginsUnmerged, UNMERGED } from "../../text/merge-marks.ts";
import { armorPrefixSize, decodeArmor, looksArmored } from "./armor.ts";
import type { ByteStream } from "./header.ts";

const versionLine = "age-encryption.org/v1\n";
const anyVersion = "age-encryption.org/";
const maxHeaderSize = 1024 * 1024;
const macSize = 32;
const headerStep = 4096;

/** As many bytes are always enough for `isAge`. */
export const AGE_PREFIX = 1100;

/** Whether a file that begins like this is an age file, or means to be one. */
export function isAge(prefix: Uint8Array): boolean {
  if (beginsAsAge(prefix)) return true;
  // Of two sides that have no line in common, git marks the first.
  const line = prefix.indexOf(0x0a);
  const isMarked = line !== -1 && Buffer.from(prefix.subarray(0, 8)).toString("latin1") === "<<<<<<< ";
  return isMarked && beginsAsAge(prefix.subarray(line + 1));
}

function beginsAsAge(prefix: Uint8Array): boolean {
  return Buffer.from(prefix.subarray(0, anyVersion.length)).toString("latin1") === anyVersion || looksArmored(prefix);
}

export interface SplitHeader {
  /** From the version line to the end of the MAC line. */
  readonly head: Buffer;
  readonly armored: boolean;
  /** Stands at the payload. */
  readonly reader: ByteReader;
}

/**
 * Divides an age file, binary or armored, into header and payload.
 *
 * @throws SecretsError `malformed`, `unmerged`.
 */
export async function splitHeader(input: ByteStream): Promise<SplitHeader> {
  const outer = byteReader(input);
  const prefix = await outer.peek(armorPrefixSize);
  if (beginsUnmerged(prefix.toString("latin1"))) {
    await outer.close();
    throw new SecretsError("unmerged", UNMERGED);
  }
  const armored = looksArmored(prefix);
  const reader = armored ? byteReader(decodeArmor(outer.rest())) : outer;
  try {
    await checkVersion(reader);
    return { head: await takeHeader(reader), armored, reader };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function checkVersion(reader: ByteReader): Promise<void> {
  const start = (await reader.peek(versionLine.length)).subarray(0, versionLine.length).toString("latin1");
  if (start === versionLine) return;
  if (start === "") throw new SecretsError("malformed", "the file is empty, so it is not an age file");
  if (versionLine.startsWith(start)) throw truncated();
  if (/^age-encryption\.org\/v(?!1\b)\d/.test(start)) {
    throw new SecretsError("malformed", "unsupported version of the age format");
  }
  if (start.startsWith(anyVersion)) throw malformedHeader();
  const utf16 = start.startsWith("\xff\xfe") || start.startsWith("\xfe\xff");
  throw new SecretsError("malformed", "not an age file", {
    hint: utf16 ? "it is UTF-16 text, as PowerShell redirects it: write it with -o FILE instead" : undefined,
  });
}

/** Takes the bytes up to the end of the line that begins with `---`. */
async function takeHeader(reader: ByteReader): Promise<Buffer> {
  for (let wanted = headerStep; ; wanted *= 2) {
    const seen = await reader.peek(wanted);
    const mac = seen.indexOf("\n---");
    const end = mac === -1 ? -1 : seen.indexOf("\n", mac + 1);
    const size = end + 1;
    if (size > maxHeaderSize || (end === -1 && seen.length >= maxHeaderSize)) {
      throw new SecretsError("malformed", "the header is too large");
    }
    if (end !== -1) {
      const head = seen.subarray(0, size);
      checkMacLine(head.subarray(mac + 1, end).toString("latin1"));
      // Counted before anybody parses them; no other line begins like one.
      const count = head.toString("latin1").split("\n-> ").length - 1;
      atMost(count, STANZAS, { at: undefined, code: "malformed" });
      reader.skip(size);
      return head;
    }
    if (seen.length < wanted) throw truncated();
  }
}

/** The library compares any MAC; one that cannot be any is malformed, not tampered with. */
function checkMacLine(line: string): void {
  const [, encoded = ""] = /^--- (\S+)$/.exec(line) ?? [];
  if (decodeUnpadded(encoded)?.length !== macSize) throw malformedHeader();
}

/** To be thrown where the header is not what the format allows; nothing of it is repeated. */
export function malformedHeader(): SecretsError {
  return new SecretsError("malformed", "the header is malformed");
}

function truncated(): SecretsError {
  return new SecretsError("malformed", "the file ends inside its header");
}
