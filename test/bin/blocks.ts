/** Which fenced blocks do the README and the docs have, and how is each tested? */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.join(import.meta.dirname, "..", "..");

export interface Block {
  /** `FILE:LINE` of its first fence. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
  /** NAME of `<!-- tested: NAME -->` in the line above; "" where there is none. */
  readonly name: string;
}

const documents = ["README.md", ...readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`)];

/** @param name relative to the root */
export function readDocument(name: string): string {
  return readFileSync(path.join(root, name), "utf8");
}

/** How many lines begin or end a block, indented or not. */
export const fences = documents.flatMap((name) => readDocument(name).match(/^\s*(?:```|~~~)/gm) ?? []).length;

export const blocks: readonly Block[] = documents.flatMap((file) => {
  const whole = readDocument(file);
  return [...whole.matchAll(/(?:^<!-- tested: (.+) -->\n)?^```(\w*)\n([^]*?)^```$/gm)].map((found) => {
    const [, name = "", language = "", text = ""] = found;
    const line = whole.slice(0, found.index).split("\n").length + (name === "" ? 0 : 1);
    return { at: `${file}:${line}`, language, text, name };
  });
});

/** The text of the one block of this name. */
export function blockNamed(name: string): string {
  const [found, ...more] = blocks.filter((block) => block.name === name);
  if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} blocks are named ${name}, not one`);
  return found.text;
}
