/**
 * Which tree do the tokens make?
 *
 * The grammar and the order in which tokens are looked at and taken are go-yaml v3.0.4's, since that order decides which
 * node a comment depends on.
 */
import { DOCUMENT_LIMITS } from "../../limits.ts";
import { breaksBehind, refuseCharacters, refuseSeparators } from "./characters.ts";
import { checkCount, wrong } from "./cursor.ts";
import {
  absent,
  aliasNode,
  emptyScalar,
  joined,
  mappingNode,
  NO_LINES,
  peek,
  scalarNode,
  sequenceNode,
  take,
  takeComments,
  type Composer,
  type Context,
  type Properties,
} from "./composer.ts";
import type { AliasNode, DocumentNode, Property, Stream, YamlNode } from "./node.ts";
import { composeFlowMapping, composeFlowSequence } from "./compose-flow.ts";
import { composeMapping, composeSequence } from "./compose-block.ts";
import { scannerOf, type CommentLine, type Token, type TokenKind } from "./token.ts";

const CORE = "tag:yaml.org,2002:";

/**
 * Composes all documents of a text.
 * @throws SecretsError `malformed` with line and column, where go-yaml would refuse it too, or nesting is too deep.
 */
export function composeStream(text: string): Stream {
  refuseCharacters(text);
  const scanner = scannerOf(text);
  const composer: Composer = {
    scanner,
    ready: false,
    head: [],
    line: [],
    foot: [],
    stem: NO_LINES,
    anchors: new Map(),
    handles: new Map(),
    depth: 0,
    node: composeNode,
  };
  peek(composer);
  take(composer);
  const documents: DocumentNode[] = [];
  for (;;) {
    const document = composeDocument(composer, documents.length === 0);
    if (document === undefined) break;
    documents.push(document);
  }
  refuseSeparators(text, () => enclosed(text, documents));
  const comments = scanner.comments
    .flatMap((comment) => comment.lines.filter((line) => line.end > line.start))
    .sort((a, b) => a.start - b.start);
  return { text, documents, current: 0, comments };
}

/** The stretches of all quoted scalars and blocks, keys included; of a block with the line breaks behind it. */
function enclosed(text: string, documents: readonly DocumentNode[]): readonly { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const collect = (node: YamlNode): void => {
    if (node.kind === "sequence") node.items.forEach(collect);
    else if (node.kind === "mapping") for (const { key, value } of node.pairs) [key, value].forEach(collect);
    else if (node.kind === "scalar" && node.style !== "plain") {
      const breaks = node.block === undefined ? 0 : breaksBehind(text, node.end).length;
      found.push({ start: node.contentStart, end: node.end + breaks });
    }
  };
  for (const { root } of documents) collect(root);
  return found;
}

function composeDocument(composer: Composer, first: boolean): DocumentNode | undefined {
  let token = peek(composer);
  for (; token.kind === "document-end"; token = peek(composer)) {
    if (first) throw wrong(token.start, "a document cannot begin with its end");
    take(composer);
  }
  if (token.kind === "stream-end") return undefined;
  let head = NO_LINES;
  let marker = -1;
  composer.handles = new Map();
  const directives = takeDirectives(composer);
  token = peek(composer);
  if (token.kind === "document-start") {
    marker = token.start.index;
    take(composer);
    token = peek(composer);
  } else if (!first || directives) throw wrong(token.start, "a document begins with ---");
  else head = splitDocumentHead(composer);
  const empty = marker !== -1 && NO_CONTENT.has(token.kind);
  const root = empty ? absent(token) : composeNode(composer, { block: true, indentless: false });
  token = peek(composer);
  const end = token.start.index;
  if (token.kind === "document-end") take(composer);
  const comments = takeComments(composer);
  const foot = comments.foot.length > 0 ? comments.foot : comments.head;
  const lost = joined(comments.line, foot === comments.head ? NO_LINES : comments.head);
  return { head, foot, lost, root, marker, end };
}

const NO_CONTENT: ReadonlySet<TokenKind> = new Set([
  "version-directive",
  "tag-directive",
  "document-start",
  "document-end",
  "stream-end",
]);

/** Reads `%` lines; whether there were any. */
function takeDirectives(composer: Composer): boolean {
  let version = false;
  let any = false;
  for (let token = peek(composer); ; token = peek(composer)) {
    if (token.kind === "version-directive") {
      if (version) throw wrong(token.start, "a second %YAML directive");
      if (token.value !== "1.1") throw wrong(token.start, "sops reads only %YAML 1.1");
      version = true;
    } else if (token.kind === "tag-directive") {
      if (composer.handles.has(token.value)) throw wrong(token.start, "a second %TAG directive for this handle");
      composer.handles.set(token.value, token.suffix);
    } else break;
    any = true;
    take(composer);
  }
  if (!composer.handles.has("!")) composer.handles.set("!", "!");
  if (!composer.handles.has("!!")) composer.handles.set("!!", CORE);
  return any;
}

/** What stands above the last blank line over the first content belongs to the document, not to the first key. */
function splitDocumentHead(composer: Composer): readonly CommentLine[] {
  const lines = composer.head;
  for (let at = lines.length - 1; at > 0; at -= 1) {
    const line = lines[at];
    if (line === undefined || line.end > line.start) continue;
    composer.head = lines.slice(at + 1);
    return lines.slice(0, at);
  }
  return NO_LINES;
}

/** Composes the node at the next token. */
function composeNode(composer: Composer, context: Context): YamlNode {
  const token = peek(composer);
  if (token.kind === "alias") return composeAlias(composer, token);
  const properties = takeProperties(composer, token);
  composer.depth += 1;
  checkCount(composer.depth, DOCUMENT_LIMITS.depth, composer.scanner.cursor);
  const node = composeContent(composer, context, properties);
  composer.depth -= 1;
  return node;
}

function composeContent(composer: Composer, context: Context, properties: Properties): YamlNode {
  const token = peek(composer);
  if (token.kind === "scalar") {
    const comments = takeComments(composer);
    take(composer);
    return registered(composer, scalarNode(properties, token, comments));
  }
  if (context.indentless && token.kind === "block-entry") {
    return composeSequence(composer, registered(composer, sequenceNode(properties, token)), true);
  }
  if (token.kind === "flow-sequence") {
    return composeFlowSequence(composer, registered(composer, sequenceNode(properties, token, takeComments(composer))));
  }
  if (token.kind === "flow-mapping") {
    return composeFlowMapping(composer, registered(composer, mappingNode(properties, token, takeComments(composer))));
  }
  if (context.block && (token.kind === "block-sequence" || token.kind === "block-mapping")) {
    const comments = { head: composer.stem, line: NO_LINES, foot: NO_LINES };
    composer.stem = NO_LINES;
    if (token.kind === "block-mapping") {
      return composeMapping(composer, registered(composer, mappingNode(properties, token, comments)));
    }
    return composeSequence(composer, registered(composer, sequenceNode(properties, token, comments)), false);
  }
  if (properties.tag !== undefined || properties.anchor !== undefined) {
    return registered(composer, emptyScalar(properties));
  }
  throw wrong(token.start, context.block ? "a value is missing or misplaced" : "a value is missing inside brackets");
}

function registered<T extends YamlNode>(composer: Composer, node: T): T {
  if (node.anchor !== undefined) composer.anchors.set(node.anchor.text, node);
  return node;
}

function composeAlias(composer: Composer, token: Token): AliasNode {
  const target = composer.anchors.get(token.value);
  if (target === undefined) throw wrong(token.start, "an alias names an anchor that is not defined above it");
  const node = aliasNode(token, target, takeComments(composer));
  take(composer);
  return node;
}

/** Takes a tag and an anchor in either order. */
function takeProperties(composer: Composer, first: Token): Properties {
  let tag: Property | undefined;
  let anchor: Property | undefined;
  let end = first.start.index;
  for (let token = first; ; token = peek(composer)) {
    const start = token.start.index;
    if (token.kind === "anchor" && anchor === undefined) anchor = { start, end: token.end, text: token.value };
    else if (token.kind === "tag" && tag === undefined) {
      tag = { start, end: token.end, text: resolvedTag(composer, token) };
    } else break;
    end = token.end;
    take(composer);
  }
  return { tag, anchor, start: first, end };
}

/** A tag in short form: `!!int` for the core types, whichever way it was written. */
function resolvedTag(composer: Composer, token: Token): string {
  if (token.value === "") return shortTag(token.suffix);
  const prefix = composer.handles.get(token.value);
  if (prefix === undefined) throw wrong(token.start, "a tag uses a handle that no %TAG directive defines");
  return shortTag(prefix + token.suffix);
}

function shortTag(tag: string): string {
  return tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag;
}
