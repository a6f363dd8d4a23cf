/**
 * How does an age file become text that survives mail and terminals, and back?
 *
 * C2SP age.md, "ASCII armor": a strict PEM with 64 columns. Read as age reads it: LF or CRLF, blank lines around, nothing
 * else; the encoding must be canonical. Line by line, in constant memory.
 */
import { SecretsError } from "../../errors.ts";
import type { ByteStream } from "./header.ts";

const header = "-----BEGIN AGE ENCRYPTED FILE-----";
const footer = "-----END AGE ENCRYPTED FILE-----";
const columns = 64;
const bytesPerLine = 48;
const maxWhitespace = 1024;

/** Whether a file that begins like this is meant to be armored. */
export function looksArmored(prefix: Uint8Array): boolean {
  const start = Buffer.from(prefix.subarray(0, maxWhitespace + header.length)).toString("latin1");
  return start.trimStart().startsWith(header);
}

/** How many bytes `looksArmored` needs to be sure. */
export const armorPrefixSize = maxWhitespace + header.length;

/** Armors bytes. */
export async function* encodeArmor(bytes: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(`${header}\n`);
  let held = Buffer.alloc(0);
  for await (const piece of bytes) {
    held = held.length === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    const whole = held.length - (held.length % bytesPerLine);
    if (whole > 0) yield lines(held.subarray(0, whole));
    held = held.subarray(whole);
  }
  if (held.length > 0) yield lines(held);
  yield Buffer.from(`${footer}\n`);
}

function lines(bytes: Buffer): Buffer {
  const encoded = bytes.toString("base64");
  let text = "";
  for (let start = 0; start < encoded.length; start += columns) text += `${encoded.slice(start, start + columns)}\n`;
  return Buffer.from(text, "latin1");
}

/**
 * Takes the armor off.
 *
 * @throws SecretsError `malformed`, as soon as it is seen, with the line.
 */
export async function* decodeArmor(text: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  const state: State = { part: "before", line: 0, whitespace: 0 };
  let held = "";
  for await (const piece of text) {
    const seen = held + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    const complete = seen.split("\n");
    held = complete.pop() ?? "";
    if (held.length > maxWhitespace) throw malformed(state, "a line is too long");
    const bytes = decodeLines(state, complete);
    if (bytes.length > 0) yield bytes;
  }
  if (held !== "") {
    const bytes = decodeLines(state, [held]);
    if (bytes.length > 0) yield bytes;
  }
  if (state.part !== "after") throw malformed(state, "the end line is missing");
}

interface State {
  /** Where the next line stands: `last` is behind a short line, where only the end line may follow. */
  part: "before" | "body" | "last" | "after";
  /** Of the line read last, from 1. */
  line: number;
  /** Bytes of blank lines seen on this side of the armor. */
  whitespace: number;
}

/** The bytes in these lines; whole lines are decoded in one go. */
function decodeLines(state: State, complete: readonly string[]): Buffer {
  let whole = "";
  for (const raw of complete) {
    state.line++;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (state.part === "before" || state.part === "after") readOutside(state, line);
    else if (line === footer) {
      state.part = "after";
      state.whitespace = 0;
    } else {
      readBody(state, line);
      whole += line;
    }
  }
  const bytes = Buffer.from(whole, "base64");
  if (bytes.toString("base64") !== whole) throw malformed(state, "a line is not canonical base64");
  return bytes;
}

function readOutside(state: State, line: string): void {
  if (line.trim() === "") {
    state.whitespace += line.length + 1;
    if (state.whitespace > maxWhitespace) throw malformed(state, "too much whitespace around it");
    return;
  }
  if (state.part === "after") throw malformed(state, "data follows the end line");
  if (line !== header) throw malformed(state, "unexpected begin line");
  state.part = "body";
}

function readBody(state: State, line: string): void {
  if (state.part === "last") throw malformed(state, "a line is too short, or the end line is malformed");
  if (line === "") throw malformed(state, "an empty line");
  if (line.length > columns) throw malformed(state, "a line is too long");
  // Padding ends the encoding even where it fills the line.
  if (line.length < columns || line.endsWith("=")) state.part = "last";
}

function malformed(state: State, what: string): SecretsError {
  return new SecretsError("malformed", `malformed age armor at line ${state.line}: ${what}`);
}
