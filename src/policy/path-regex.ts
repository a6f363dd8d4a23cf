/**
 * Does this regular expression of sops match?
 *
 * sops' expressions are Go RE2, searched for anywhere in the text. JavaScript's own silently mean something else in places
 * (`\A`, `[[:alpha:]]`, `(?i)`), and a silent mismatch would encrypt to the wrong people. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { atMost, PATTERN, patternWeight } from "../limits.ts";

/**
 * @param what The setting it stands under, for the message.
 * @returns Whether the expression is found anywhere in a text.
 * @throws SecretsError `policy`: not a Go regular expression, or too large a one.
 */
export async function compilePattern(pattern: string, what: string, at: Position): Promise<(text: string) => boolean> {
  atMost(patternWeight(pattern), PATTERN, { at });
  const native = asNative(pattern);
  if (native !== undefined) return (text) => native.test(text);
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.test(text);
  } catch {
    throw new SecretsError("policy", `${what} is not a Go regular expression (RE2)`, { at, hint: advice(pattern) });
  }
}

// Letters, digits, _ - /, escaped dots and slashes, each perhaps optional; groups of such texts; one .* .+ [^/]* or [^/]+.
const PART = String.raw`(?:(?:[\w/-]|\\[./])\??|\((?:(?:[\w/-]|\\[./])\??|\|)*\)\??)`;
const SIMPLE = new RegExp(String.raw`^\^?${PART}*(?:(?:\.|\[\^/\])[*+]${PART}*)?\$?$`);

// What can match in several ways multiplies the time that a backtracking search takes.
const MOST_CHOICES = 12;

/**
 * The expression as one of JavaScript's, if it is so plain that it means the same there and takes no more than quadratic time;
 * undefined otherwise. Most expressions of policies are, and for them re2js is not even loaded, which a commit hook feels. Go's
 * dot takes everything but a line feed.
 */
function asNative(pattern: string): RegExp | undefined {
  if (!SIMPLE.test(pattern) || (pattern.match(/[?|]/g)?.length ?? 0) > MOST_CHOICES) return undefined;
  return new RegExp(pattern.replace(/(?<!\\)\.(?=[*+])/, String.raw`[^\n]`), "u");
}

function advice(pattern: string): string {
  if (/\(\?<?[=!]/.test(pattern)) return "RE2 has no look-around: write what must match, and order the rules instead";
  if (/\\[1-9]/.test(pattern)) return "RE2 has no back-references: write the alternatives out";
  if (/^[*+?]/.test(pattern)) return "this is not a glob: a path that ends in .yaml is written \\.yaml$";
  return "see https://github.com/google/re2/wiki/Syntax, or name the path under secrets: without an expression";
}
