/**
 * Which stanzas are in this age file, for who only looks?
 *
 * The grammar of the header (C2SP age.md, "File key and header") read here instead of by the library, which a check of many
 * files, or a commit hook, would have to load for this alone. Where a file is opened, the library parses and verifies it.
 */
import type { Stanza } from "age-encryption";
import { decodeUnpadded } from "../../crypto/base64.ts";
import type { AgeHeader, ByteStream } from "./header.ts";
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

export interface ReadAge extends AgeHeader {
  /** What follows the header, without armor. */
  readonly payload: ByteStream;
  /** Ends the input, for whoever does not read the payload. */
  readonly close: () => Promise<void>;
}

/**
 * The header of an age file, its MAC not verified, and the payload behind it.
 *
 * @throws SecretsError `malformed`, `unmerged`. Reading `payload` throws it too, where the armor breaks further on.
 */
export async function readAgeHeader(input: ByteStream): Promise<ReadAge> {
  const { head, armored, reader } = await splitHeader(input);
  const stanzas = stanzasOf(head.toString("latin1"));
  if (stanzas !== undefined) {
    return { stanzas, armored, hint: readHint(stanzas), payload: reader.rest(), close: reader.close };
  }
  await reader.close();
  throw malformedHeader();
}

const SHOWN = 64;

/** The header and how its payload looks. @throws SecretsError as `readAgeHeader` does, for all of the file */
export async function lookAtAge(bytes: Uint8Array): Promise<{ header: AgeHeader; payload: AgePayload }> {
  const { payload, stanzas, armored, hint } = await readAgeHeader(inPieces(bytes));
  let start = Buffer.alloc(0);
  let size = 0;
  for await (const piece of payload) {
    if (size < SHOWN) start = Buffer.concat([start, piece.subarray(0, SHOWN - size)]);
    size += piece.length;
  }
  return { header: { stanzas, armored, hint }, payload: { size, start } };
}

/** Armor is text: in one piece all its lines would be in memory at one time. */
const PIECE = 64 * 1024;

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length || at === 0; at += PIECE) yield bytes.subarray(at, at + PIECE);
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
