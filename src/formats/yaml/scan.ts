/**
 * Which tokens does this YAML text consist of?
 *
 * The tokens of YAML 1.1 as libyaml and hence go-yaml v3.0.4 see them, because sops reads with that. Tokens are made on
 * demand and only as far ahead as go-yaml does (two, or until a possible key is decided): a comment goes to the first token
 * taken after it was found, so looking further ahead would move comments.
 */
import { DOCUMENT_LIMITS } from "../../limits.ts";
import { isBlank, isBlankOrEnd, isBreak, SPACE, TAB } from "./characters.ts";
import { checkCount, codeAt, columnOf, markOf, step, stepLine, wrong, type Cursor, type Mark } from "./cursor.ts";
import { scanBlockScalar } from "./scan-block.ts";
import { blockEndOf, liftEntryComment, scanComments, scanLineComment } from "./scan-comments.ts";
import { scanAnchor, scanDirective, scanTag } from "./scan-properties.ts";
import { documentMarker, scanPlain, scanQuoted } from "./scan-scalars.ts";
import { forgetKey, isValid, nextNumber, saveKey } from "./simple-keys.ts";
import { bare, type Scanner, type Token, type TokenKind } from "./token.ts";

/** How many taken tokens may stay in the queue's array. */
const SLACK = 4096;

/** Scans until the token at the head of the queue is certain. */
export function fillQueue(scanner: Scanner): void {
  for (;;) {
    if (scanner.head < scanner.tokens.length - 2) {
      const at = scanner.keyByToken.get(scanner.taken);
      const key = at === undefined ? undefined : scanner.keys[at];
      if (key === undefined || !isValid(scanner, key)) break;
    }
    if (scanner.ended) break;
    fetchToken(scanner);
  }
}

/** Takes the token at the head of the queue. */
export function takeToken(scanner: Scanner): void {
  scanner.head += 1;
  scanner.taken += 1;
  checkCount(scanner.taken, DOCUMENT_LIMITS.tokens, scanner.cursor);
  if (scanner.head < SLACK) return;
  scanner.tokens = scanner.tokens.slice(scanner.head);
  scanner.head = 0;
}

function fetchToken(scanner: Scanner): void {
  const { cursor, tokens } = scanner;
  if (!scanner.started) {
    scanner.started = true;
    tokens.push(bare("stream-start", markOf(cursor), cursor.index));
    return;
  }
  const scan = markOf(cursor);
  findContent(scanner, scan);
  unroll(scanner, columnOf(cursor), scan);
  const code = codeAt(cursor);
  if (code === 0) return endStream(scanner);
  if (columnOf(cursor) === 0) {
    if (code === 0x25) return fetchDirective(scanner);
    const indicator = documentMarker(cursor);
    if (indicator !== undefined) return fetchDocumentIndicator(scanner, indicator);
  }
  // What follows on the line behind `:` or `,` belongs to the token before it.
  const separates = code === (scanner.flowLevel > 0 ? 0x2c : 0x3a);
  const owner = (separates ? tokens.at(-1)?.start.index : undefined) ?? cursor.index;
  fetchContent(scanner, code);
  // Behind a lone `-` a comment is a head of what comes.
  if (scanner.tokens.at(-1)?.kind !== "block-entry") scanLineComment(scanner, owner);
}

/** Moves over blanks, line breaks and comments. Tabs do not indent. */
function findContent(scanner: Scanner, scan: Mark): void {
  const { cursor } = scanner;
  for (;;) {
    let code = codeAt(cursor);
    while (code === SPACE || (code === TAB && (scanner.flowLevel > 0 || !scanner.keyAllowed))) {
      cursor.index += 1;
      code = codeAt(cursor);
    }
    liftEntryComment(scanner);
    if (code === 0x23) scanComments(scanner, scan);
    if (!isBreak(codeAt(cursor))) return;
    stepLine(cursor);
    if (scanner.flowLevel === 0) scanner.keyAllowed = true;
  }
}

const FLOW: ReadonlyMap<number, TokenKind> = new Map([
  [0x5b, "flow-sequence"],
  [0x7b, "flow-mapping"],
  [0x5d, "flow-sequence-end"],
  [0x7d, "flow-mapping-end"],
  [0x2c, "flow-entry"],
]);
const NEVER_PLAIN = new Set(Array.from(",[]{}#&*!|>'\"%@`", (character) => character.charCodeAt(0)));

/** What begins with a character of its own and may be a key. */
const NODES: ReadonlyMap<number, (cursor: Cursor) => Token> = new Map([
  [0x2a, (cursor) => scanAnchor(cursor, "alias")],
  [0x26, (cursor) => scanAnchor(cursor, "anchor")],
  [0x21, scanTag],
  [0x27, (cursor) => scanQuoted(cursor, "single")],
  [0x22, (cursor) => scanQuoted(cursor, "double")],
]);

function fetchContent(scanner: Scanner, code: number): void {
  const { cursor } = scanner;
  const flow = FLOW.get(code);
  if (flow !== undefined) return fetchFlow(scanner, flow);
  const indicator = indicatorAt(scanner, code);
  if (indicator !== undefined) return indicator(scanner);
  const scan = NODES.get(code);
  if (scan !== undefined) return fetchNode(scanner, () => scan(cursor));
  if ((code === 0x7c || code === 0x3e) && scanner.flowLevel === 0)
    return fetchBlock(scanner, code === 0x7c ? "literal" : "folded");
  if (isBlank(code) || NEVER_PLAIN.has(code)) {
    throw wrong(markOf(cursor), code === TAB ? "a tab cannot indent" : "this character cannot begin a value");
  }
  fetchNode(scanner, () => scanPlain(scanner));
}

/** What `-`, `?` or `:` is here, if not the beginning of a plain scalar. */
function indicatorAt(scanner: Scanner, code: number): ((scanner: Scanner) => void) | undefined {
  const alone = isBlankOrEnd(codeAt(scanner.cursor, 1));
  if (code === 0x2d) return alone ? fetchEntry : undefined;
  if (!alone && scanner.flowLevel === 0) return undefined;
  if (code === 0x3f) return fetchKey;
  return code === 0x3a ? fetchValue : undefined;
}

function fetchBlock(scanner: Scanner, style: "literal" | "folded"): void {
  forgetKey(scanner);
  scanner.keyAllowed = true;
  scanner.tokens.push(scanBlockScalar(scanner, style));
}

/** A scalar, alias, anchor or tag: a key may begin here, but not behind it. */
function fetchNode(scanner: Scanner, scan: () => Token): void {
  saveKey(scanner);
  scanner.keyAllowed = false;
  scanner.tokens.push(scan());
}

/** Ends all that is open: nothing goes on behind the end of a document. */
function closeAll(scanner: Scanner): void {
  unroll(scanner, -1, markOf(scanner.cursor));
  forgetKey(scanner);
  scanner.keyAllowed = false;
}

function fetchDirective(scanner: Scanner): void {
  closeAll(scanner);
  scanner.tokens.push(scanDirective(scanner.cursor));
}

function fetchDocumentIndicator(scanner: Scanner, kind: TokenKind): void {
  closeAll(scanner);
  pushIndicator(scanner, kind, 3);
}

function endStream(scanner: Scanner): void {
  const { cursor } = scanner;
  if (columnOf(cursor) !== 0) {
    cursor.line += 1;
    cursor.lineStart = cursor.index;
  }
  closeAll(scanner);
  scanner.tokens.push(bare("stream-end", markOf(cursor), cursor.index));
  scanner.ended = true;
}

function pushIndicator(scanner: Scanner, kind: TokenKind, length = 1): void {
  const { cursor } = scanner;
  const start = markOf(cursor);
  for (let count = 0; count < length; count += 1) step(cursor);
  scanner.tokens.push(bare(kind, start, cursor.index));
}

function fetchFlow(scanner: Scanner, kind: TokenKind): void {
  if (kind === "flow-sequence" || kind === "flow-mapping") {
    saveKey(scanner);
    const mark = markOf(scanner.cursor);
    scanner.keys.push({ possible: false, required: false, token: nextNumber(scanner), mark });
    scanner.flowLevel += 1;
    checkCount(scanner.flowLevel, DOCUMENT_LIMITS.depth, scanner.cursor);
    scanner.keyAllowed = true;
  } else {
    forgetKey(scanner);
    if (kind !== "flow-entry" && scanner.flowLevel > 0) {
      scanner.flowLevel -= 1;
      const closed = scanner.keys.pop();
      if (closed !== undefined) scanner.keyByToken.delete(closed.token);
    }
    scanner.keyAllowed = kind === "flow-entry";
  }
  pushIndicator(scanner, kind);
}

function fetchEntry(scanner: Scanner): void {
  openBlock(scanner, "block-sequence", "a list entry");
  forgetKey(scanner);
  scanner.keyAllowed = true;
  pushIndicator(scanner, "block-entry");
}

function fetchKey(scanner: Scanner): void {
  openBlock(scanner, "block-mapping", "a key");
  forgetKey(scanner);
  scanner.keyAllowed = scanner.flowLevel === 0;
  pushIndicator(scanner, "key");
}

function fetchValue(scanner: Scanner): void {
  const key = scanner.keys.at(-1);
  if (key !== undefined && isValid(scanner, key)) {
    const at = scanner.head + key.token - scanner.taken;
    scanner.tokens.splice(at, 0, bare("key", key.mark, key.mark.index));
    roll(scanner, { kind: "block-mapping", mark: key.mark, before: key.token });
    key.possible = false;
    scanner.keyByToken.delete(key.token);
    scanner.keyAllowed = false;
  } else {
    openBlock(scanner, "block-mapping", "a value");
    scanner.keyAllowed = scanner.flowLevel === 0;
  }
  pushIndicator(scanner, "value");
}

/** Outside of brackets, the collection whose entry begins at the cursor. @param what begins there */
function openBlock(scanner: Scanner, kind: TokenKind, what: string): void {
  if (scanner.flowLevel > 0) return;
  const mark = markOf(scanner.cursor);
  if (!scanner.keyAllowed) throw wrong(mark, `${what} cannot begin here`);
  roll(scanner, { kind, mark, before: nextNumber(scanner) });
}

/** Opens a block collection at the column of a mark, if none is open there. */
function roll(
  scanner: Scanner,
  { kind, mark, before }: { readonly kind: TokenKind; readonly mark: Mark; readonly before: number },
): void {
  if (scanner.flowLevel > 0 || scanner.indent >= mark.column) return;
  scanner.indents.push(scanner.indent);
  scanner.indent = mark.column;
  checkCount(scanner.indents.length, DOCUMENT_LIMITS.depth, scanner.cursor);
  scanner.tokens.splice(scanner.head + before - scanner.taken, 0, bare(kind, mark, mark.index));
}

/** Closes the block collections right of a column. */
function unroll(scanner: Scanner, column: number, scan: Mark): void {
  if (scanner.flowLevel > 0) return;
  let mark: Mark = { ...scan, index: scan.index - 1 };
  while (scanner.indent > column) {
    mark = blockEndOf(scanner, mark.index) ?? mark;
    scanner.tokens.push(bare("block-end", mark, mark.index));
    scanner.indent = scanner.indents.pop() ?? -1;
  }
}
