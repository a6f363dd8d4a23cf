/**
 * Which YAML layouts do the tests try: the corpus of `fixtures/layouts/yaml`, and any number that a seed makes?
 */
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../fixtures/layouts/yaml/", import.meta.url);

/** The layouts of the corpus by name. */
export const corpus: readonly (readonly [name: string, text: string])[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => [name.slice(0, -".yaml".length), readFileSync(new URL(name, FOLDER), "utf8")] as const);

/** What a made-up layout may contain. */
export interface Wanted {
  /** Spellings that canonical bytes do not tell: folded and multi-line scalars, single quotes in flow. */
  readonly lossy: boolean;
  /** Comments at any column, instead of mostly where people put them. */
  readonly wild: boolean;
}

interface Maker {
  readonly wanted: Wanted;
  readonly eol: string;
  readonly random: () => number;
  keys: number;
  comments: number;
}

/** A source of numbers in [0, 1) that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A document with nested mappings, lists, flow collections, every scalar style, comments and blank lines anywhere. */
export function layoutOf(seed: number, wanted: Wanted): string {
  const random = randomOf(seed);
  const maker: Maker = { wanted, eol: random() < 0.1 ? "\r\n" : "\n", random, keys: 0, comments: 0 };
  const { eol } = maker;
  let text = chance(maker, 0.1) ? `---${inline(maker)}${eol}` : "";
  text += comments(maker, 0) + mapping(maker, 3, 0);
  while (chance(maker, 0.08)) {
    const marker = pick(maker, ["---", `...${eol}---`]);
    text += marker + inline(maker) + eol + comments(maker, 0) + (chance(maker, 0.1) ? "" : mapping(maker, 2, 0));
  }
  if (chance(maker, 0.05)) text += `...${eol}${comments(maker, 0)}`;
  return chance(maker, 0.1) ? text.replace(/\r?\n$/, "") : text;
}

const chance = (maker: Maker, probability: number): boolean => maker.random() < probability;
const upTo = (maker: Maker, limit: number): number => Math.floor(maker.random() * limit);

function pick<T>(maker: Maker, from: readonly T[]): T {
  const found = from[upTo(maker, from.length)];
  if (found === undefined) throw new RangeError("nothing to pick from");
  return found;
}

const pad = (columns: number): string => " ".repeat(columns);

function comment(maker: Maker, mark: string): string {
  maker.comments += 1;
  return `# ${mark}${maker.comments}`;
}

/** Lines of comments and blanks, often none, mostly at `column`. */
function comments(maker: Maker, column: number): string {
  let text = "";
  while (chance(maker, 0.35)) {
    if (chance(maker, 0.3)) text += (chance(maker, 0.2) ? pad(upTo(maker, 3)) : "") + maker.eol;
    else {
      const at = maker.wanted.wild ? upTo(maker, 12) : chance(maker, 0.7) ? column : pick(maker, [0, 2, 4, 6, 8]);
      text += pad(at) + comment(maker, "c") + maker.eol;
    }
  }
  return text;
}

const inline = (maker: Maker): string => (chance(maker, 0.15) ? ` ${comment(maker, "i")}` : "");

/** A blank, nothing, or a line break with comments, as they may stand around a comma. */
function flowGap(maker: Maker): string {
  const { eol } = maker;
  if (!chance(maker, 0.15)) return chance(maker, 0.5) ? " " : "";
  const behind = chance(maker, 0.4) ? ` ${comment(maker, "f")}` : "";
  const own = chance(maker, 0.2) ? comment(maker, "g") + eol + pad(1 + upTo(maker, 6)) : "";
  return behind + eol + pad(1 + upTo(maker, 8)) + own;
}

function flow(maker: Maker, depth: number): string {
  const isList = chance(maker, 0.5);
  const items = Array.from({ length: upTo(maker, 4) }, () => {
    const value = depth > 0 && chance(maker, 0.3) ? flow(maker, depth - 1) : flowScalar(maker);
    return flowGap(maker) + (isList ? "" : `${newKey(maker)}: `) + value + flowGap(maker);
  });
  const comma = isList && items.length > 0 && chance(maker, 0.1) ? "," : "";
  return (isList ? "[" : "{") + items.join(",") + comma + flowGap(maker) + (isList ? "]" : "}");
}

function flowScalar(maker: Maker): string {
  const words = ["x", "1", '"d"', "null", "true", "x w", "1.5", "a#b"];
  return pick(maker, maker.wanted.lossy ? [...words, "'q'", "yes", "1.50"] : words);
}

function newKey(maker: Maker): string {
  maker.keys += 1;
  return `k${maker.keys}`;
}

const WORDS = [
  "v",
  "1",
  "'q'",
  '"dq"',
  "true",
  "x w z",
  "~",
  "1.5",
  "é 😀",
  "'it''s'",
  '"a\\tb\\"c"',
  "''",
  "2024-01-01",
];
const LOSSY_WORDS = ["0x1F", "1e3", "yes", "!!int 5", '"\\u00e9"', "1.10", "+7", "2024-01-01T00:00:00Z", "Null"];

/** A scalar and the end of its line. */
function scalar(maker: Maker, column: number): string {
  const { eol, wanted } = maker;
  const kind = maker.random();
  if (kind < 0.6) {
    return pick(maker, wanted.lossy ? [...WORDS, ...LOSSY_WORDS] : WORDS) + inline(maker) + eol;
  }
  if (kind < 0.72) return block(maker, column);
  if (kind < 0.8) return inline(maker) + eol;
  if (kind < 0.9 && wanted.lossy) {
    const [first, second] = pick(maker, [
      ["multi", "line"],
      ['"m', 'q"'],
      ["'s", "t'"],
    ] as const);
    return first + eol + (chance(maker, 0.3) ? eol : "") + pad(column + 2) + second + inline(maker) + eol;
  }
  return flow(maker, 2) + inline(maker) + eol;
}

function block(maker: Maker, column: number): string {
  const { eol, wanted } = maker;
  const indent = column + 1 + upTo(maker, 4);
  const header = pick(maker, wanted.lossy ? ["|", "|-", "|+", ">", ">-", ">+"] : ["|", "|-", "|+"]);
  const lines = Array.from({ length: 1 + upTo(maker, 3) }, () => {
    const blank = chance(maker, 0.15) ? eol : "";
    return blank + pad(indent) + pick(maker, ["line", "# no comment", "k: v", "deep  x"]) + eol;
  });
  return header + inline(maker) + eol + lines.join("");
}

/** What stands behind a colon. */
function node(maker: Maker, depth: number, column: number): string {
  const kind = maker.random();
  const { eol } = maker;
  if (depth > 0 && kind < 0.25) {
    const inner = column + 1 + upTo(maker, 4);
    return inline(maker) + eol + comments(maker, inner) + mapping(maker, depth - 1, inner);
  }
  if (depth > 0 && kind < 0.45) {
    const inner = chance(maker, 0.4) ? column : column + 1 + upTo(maker, 4);
    return inline(maker) + eol + comments(maker, inner) + sequence(maker, depth - 1, inner);
  }
  const value = scalar(maker, column);
  return ` ${chance(maker, 0.05) && !value.startsWith("!") ? "!local " : ""}${value}`;
}

/** Entries at a column; where that is negative, compact: at its absolute with the first one on the line of a dash. */
function mapping(maker: Maker, depth: number, at: number): string {
  const column = Math.abs(at);
  let text = "";
  for (let count = 1 + upTo(maker, 4), index = 0; index < count; index += 1) {
    if (index > 0) text += comments(maker, column);
    text += (index === 0 && at < 0 ? "" : pad(column)) + key(maker, column) + node(maker, depth, column);
  }
  return text + comments(maker, column);
}

function key(maker: Maker, column: number): string {
  const name = newKey(maker);
  if (chance(maker, 0.03)) return `? ${name}${maker.eol}${pad(column)}:`;
  return chance(maker, 0.1) ? `"${name}":` : `${name}:`;
}

function sequence(maker: Maker, depth: number, at: number): string {
  const column = Math.abs(at);
  let text = "";
  for (let count = 1 + upTo(maker, 4), index = 0; index < count; index += 1) {
    if (index > 0) text += comments(maker, column);
    text += `${index === 0 && at < 0 ? "" : pad(column)}-${item(maker, depth, column + 2)}`;
  }
  return text + comments(maker, column);
}

/** What stands behind a dash. */
function item(maker: Maker, depth: number, column: number): string {
  const kind = maker.random();
  const { eol } = maker;
  if (depth > 0 && kind < 0.3) return ` ${mapping(maker, depth - 1, -column)}`;
  if (depth > 0 && kind < 0.4) return ` ${sequence(maker, depth - 1, -column)}`;
  if (kind < 0.45) {
    const value = chance(maker, 0.5)
      ? pad(column) + scalar(maker, column)
      : mapping(maker, Math.max(depth - 1, 0), column);
    return inline(maker) + eol + comments(maker, column) + value;
  }
  return kind < 0.5 ? eol : ` ${scalar(maker, column)}`;
}
