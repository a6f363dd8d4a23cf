/**
 * Which stanzas are in this age file, for who only looks?
 *
 * The grammar of the header (C2SP age.md, "File key and header") read here instead of by the library, which a check of many
 * files, or a commit hook, would have to load for this alone. What opens a file never goes by it: there the library parses.
 */
import { atMost, STANZAS } from "../../limits.ts";
import type { Stanza } from "age-encryption";
import { decodeUnpadded } from "../../crypto/base64.ts";
import type { AgeHeader } from "./header.ts";
import type { ByteReader } from "./byte-reader.ts";
import { malformedHeader, splitHeader } from "./header-bytes.ts";
import { readHint } from "./reader-hint.ts";

/** Lines of a stanza's body have this many characters, the last one fewer. */
const COLUMNS = 64;

/** What follows the header. */
export interface AgePayload {
  readonly size: number;
  /** Its first 64 bytes. */
  readonly start: Uint8Array;
}

/**
 * The header and how its payload looks, out of its armor; nothing of either is verified.
 * @throws SecretsError `malformed`, also for armor that is broken further below.
 */
export async function lookAtAge(bytes: Uint8Array): Promise<{ header: AgeHeader; payload: AgePayload }> {
  const { header, reader } = await split(bytes);
  const start = Uint8Array.from((await reader.peek(SHOWN)).subarray(0, SHOWN));
  let size = 0;
  for await (const piece of reader.rest()) size += piece.length;
  return { header, payload: { size, start } };
}

const SHOWN = 64;

/** Armor is text: in one piece all its lines would be in memory at one time. */
const PIECE = 64 * 1024;

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length || at === 0; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

async function split(bytes: Uint8Array): Promise<{ header: AgeHeader; reader: ByteReader }> {
  const { head, armored, reader } = await splitHeader(inPieces(bytes));
  const stanzas = stanzasOf(head.toString("latin1"));
  if (stanzas === undefined) throw malformedHeader();
  return { header: { stanzas, armored, hint: readHint(stanzas) }, reader };
}

/** @param head from the version line to the MAC line. */
function stanzasOf(head: string): Stanza[] | undefined {
  const lines = head.split("\n").slice(1, -2);
  const stanzas: Stanza[] = [];
  for (let at = 0; at < lines.length;) {
    const args = argumentsOf(lines[at] ?? "");
    const body = args === undefined ? undefined : bodyFrom(lines, at + 1);
    if (args === undefined || body === undefined) return undefined;
    stanzas.push({ args, body: body.bytes });
    atMost(stanzas.length, STANZAS, { at: undefined, code: "malformed" });
    at = body.end;
  }
  return stanzas.length === 0 ? undefined : stanzas;
}

/** Of a line `-> type argument …`: visible characters, single blanks between them. */
function argumentsOf(line: string): string[] | undefined {
  return /^->(?: [!-~]+)+$/.test(line) ? line.slice(3).split(" ") : undefined;
}

/** Full lines, and one that is shorter, perhaps empty. */
function bodyFrom(lines: readonly string[], start: number): { bytes: Uint8Array; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const part = decodeUnpadded(line);
    if (part === undefined || line.length > COLUMNS) return undefined;
    parts.push(part);
    if (line.length < COLUMNS) return { bytes: Buffer.concat(parts), end: at + 1 };
  }
  return undefined;
}
