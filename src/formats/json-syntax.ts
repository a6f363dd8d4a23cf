/**
 * What stands where in this JSON text?
 *
 * RFC 8259 and nothing beside it, as a tree of nodes with offsets. The order of keys, duplicate keys and the spelling of
 * numbers survive, which `JSON.parse` does not offer. One pass with a stack of its own, linear in the text.
 */
import type { Content, Scalar } from "./format.ts";
import { atMost, DOCUMENT_LIMITS } from "../limits.ts";
import { malformedAt, placeAt } from "./place.ts";
import { boolScalar, floatScalar, intScalar, NULL, scalarOf } from "./scalar.ts";

/** Offsets are UTF-16 units; `end` is exclusive. `line` and `column` count from 1. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export interface JsonScalar extends Stretch {
  readonly kind: "scalar";
  readonly scalar: Scalar;
}

export interface JsonEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

export interface JsonObject extends Stretch {
  readonly kind: "object";
  readonly entries: readonly JsonEntry[];
}

export interface JsonArray extends Stretch {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export type JsonNode = JsonScalar | JsonObject | JsonArray;

/** What a node says, spelling apart. */
export function contentOfJson(node: JsonNode): Content {
  if (node.kind === "scalar") return { kind: "scalar", scalar: node.scalar };
  if (node.kind === "array") return { kind: "list", items: node.items.map(contentOfJson) };
  return { kind: "map", entries: node.entries.map(({ key, value }) => [key, contentOfJson(value)] as const) };
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
  /** How many values there were. */
  values: number;
}

interface Open extends Omit<Stretch, "end"> {
  readonly kind: "object" | "array";
  readonly entries: JsonEntry[];
  readonly items: JsonNode[];
  key: Omit<JsonEntry, "value"> | undefined;
}

/**
 * Parses one JSON value, blanks around it allowed.
 * @throws SecretsError `malformed` with line and column; the text is never quoted.
 */
export function parseJson(text: string): JsonNode {
  const cursor: Cursor = { text, at: 0, line: 1, lineStart: 0, values: 0 };
  if (text.startsWith("\uFEFF")) throw wrong(cursor, "a byte order mark, which JSON does not allow");
  const stack: Open[] = [];
  for (;;) {
    let value = beginValue(cursor, stack);
    while (value !== undefined) {
      const top = stack.at(-1);
      if (top === undefined) return finish(cursor, value);
      attach(top, value);
      value = afterValue(cursor, stack, top);
    }
  }
}

function finish(cursor: Cursor, value: JsonNode): JsonNode {
  skipSpace(cursor);
  if (cursor.at < cursor.text.length) throw wrong(cursor, "text after the end of the JSON value");
  return value;
}

/** Reads a scalar or an empty container whole; of any other container only the opening, pushed on the stack. */
function beginValue(cursor: Cursor, stack: Open[]): JsonNode | undefined {
  skipSpace(cursor);
  const { text, at, line } = cursor;
  const column = at - cursor.lineStart + 1;
  cursor.values += 1;
  atMost(cursor.values, DOCUMENT_LIMITS.values, { at: placeAt(line, column), code: "malformed" });
  const first = text[at];
  if (first !== "{" && first !== "[") {
    const scalar = readScalar(cursor);
    return { kind: "scalar", start: at, end: cursor.at, line, column, scalar };
  }
  atMost(stack.length + 1, DOCUMENT_LIMITS.depth, { at: placeAt(line, column), code: "malformed" });
  const kind = first === "{" ? "object" : "array";
  const open: Open = { kind, start: at, line, column, entries: [], items: [], key: undefined };
  cursor.at += 1;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === (kind === "object" ? "}" : "]")) {
    cursor.at += 1;
    return close(open, cursor.at);
  }
  stack.push(open);
  if (kind === "object") readKey(cursor, open);
  return undefined;
}

/** After a value inside `top`: a comma (undefined: go on) or the end of `top`, which then is a value itself. */
function afterValue(cursor: Cursor, stack: Open[], top: Open): JsonNode | undefined {
  skipSpace(cursor);
  const next = cursor.text[cursor.at];
  if (next === ",") {
    cursor.at += 1;
    if (top.kind === "object") {
      skipSpace(cursor);
      readKey(cursor, top);
    }
    return undefined;
  }
  const closer = top.kind === "object" ? "}" : "]";
  if (next !== closer) throw wrong(cursor, `expected a comma or "${closer}"`);
  cursor.at += 1;
  stack.pop();
  return close(top, cursor.at);
}

function attach(top: Open, value: JsonNode): void {
  if (top.kind === "array") top.items.push(value);
  else if (top.key !== undefined) top.entries.push({ ...top.key, value });
}

function close(open: Open, end: number): JsonNode {
  const { start, line, column } = open;
  if (open.kind === "object") return { kind: "object", start, end, line, column, entries: open.entries };
  return { kind: "array", start, end, line, column, items: open.items };
}

function readKey(cursor: Cursor, open: Open): void {
  const keyStart = cursor.at;
  if (cursor.text[keyStart] !== '"') throw wrong(cursor, "expected a key in double quotes");
  const key = readString(cursor);
  const keyEnd = cursor.at;
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== ":") throw wrong(cursor, "expected a colon after the key");
  cursor.at += 1;
  open.key = { key, keyStart, keyEnd };
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORD = /(?:true|false|null)(?![A-Za-z0-9_])/y;
/** More digits than any 64-bit integer has; longer ones are floats without a look at their value. */
const MAX_INT_LENGTH = 20;

function readScalar(cursor: Cursor): Scalar {
  const { text, at } = cursor;
  if (text[at] === '"') return scalarOf("str", readString(cursor));
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word !== undefined) {
    cursor.at += word.length;
    return word === "null" ? NULL : boolScalar(word === "true");
  }
  NUMBER.lastIndex = at;
  const [number, fraction, exponent] = NUMBER.exec(text) ?? [];
  if (number === undefined) {
    throw wrong(cursor, at >= text.length ? "unexpected end of the text" : "expected a JSON value");
  }
  const whole = fraction === undefined && exponent === undefined && number.length <= MAX_INT_LENGTH;
  const int = whole ? intScalar(BigInt(number)) : undefined;
  if (int === undefined && !Number.isFinite(Number(number)))
    throw wrong(cursor, "a number too large for 64-bit floating point");
  cursor.at += number.length;
  return int ?? floatScalar(Number(number));
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Reads a string; lone surrogates become U+FFFD, as in Go. */
function readString(cursor: Cursor): string {
  const { text, at: start } = cursor;
  let at = start + 1;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) break;
    if (Number.isNaN(code) || code < 0x20) {
      cursor.at = Math.min(at, text.length);
      throw wrong(
        cursor,
        Number.isNaN(code) ? "an unterminated string" : "a control character or line break in a string",
      );
    }
    if (code === BACKSLASH) {
      escaped = true;
      ESCAPE.lastIndex = at;
      const length = ESCAPE.exec(text)?.[0].length;
      if (length === undefined) {
        cursor.at = at;
        throw wrong(cursor, "an invalid escape");
      }
      at += length;
    } else {
      at += 1;
    }
  }
  cursor.at = at + 1;
  if (!escaped) return text.slice(start + 1, at);
  return Buffer.from(String(JSON.parse(text.slice(start, at + 1))), "utf8").toString("utf8");
}

function skipSpace(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (code === 0x0a) {
      cursor.line += 1;
      cursor.lineStart = cursor.at + 1;
    } else if (code !== 0x20 && code !== 0x09 && code !== 0x0d) {
      return;
    }
    cursor.at += 1;
  }
}

function wrong(cursor: Cursor, message: string): Error {
  return malformedAt(message, cursor.line, cursor.at - cursor.lineStart + 1);
}
