/**
 * Which stanzas are in this age file, for who only looks?
 *
 * The grammar of the header (C2SP age.md, "File key and header") read here instead of by the library, which a check of many
 * files, or a commit hook, would have to load for this alone. What opens a file never goes by it: there the library parses.
 */
import type { Stanza } from "age-encryption";
import { decodeUnpadded } from "../crypto/base64.ts";
import type { AgeHeader } from "./age-header.ts";
import { malformedHeader, splitHeader } from "./header-bytes.ts";
import { readHint } from "./reader-hint.ts";

/** Lines of a stanza's body have this many characters, the last one fewer. */
const COLUMNS = 64;

/**
 * The header of an age file, binary or armored; nothing of it is verified.
 * @throws SecretsError `malformed`, as `readAgeHeader` does.
 */
export async function lookAtHeader(bytes: Uint8Array): Promise<AgeHeader> {
  const { head, armored, reader } = await splitHeader(once(bytes));
  await reader.close();
  const stanzas = stanzasOf(head.toString("latin1"));
  if (stanzas === undefined) throw malformedHeader();
  return { stanzas, armored, hint: readHint(stanzas) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
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
