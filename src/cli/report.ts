/**
 * How does an error become text? The rules of the interface:
 *
 * - Data goes to stdout and is only what was asked for; everything else goes to stderr.
 * - `secrets: error: FILE:LINE:COL: what is wrong`, then what was found on lines of their own, then `secrets: hint:` with
 *   the command that fixes it. Lower case, no final period, never a value or key text.
 * - The one exception is a bug of ours: it prints its stack, for the report that we ask for.
 * - A control character in a name (a file may be called anything) is shown as an escape, so that it cannot draw on the
 *   terminal.
 */
import { placed } from "../words/phrases.ts";
import { visible } from "../words/visible.ts";
import { SecretsError } from "../errors.ts";
import type { FrontEnd, Labels } from "./front-end.ts";
import { plain, type Style } from "./style.ts";

interface Voice {
  readonly labels: Labels;
  readonly style?: Style;
}

/** A whole line, newline included. */
export function lineOf({ labels, style = plain }: Voice, kind: keyof Labels["kinds"], text: string): string {
  const label = labels.kinds[kind];
  const paint = kind === "error" ? style.error : style.warning;
  return `${labels.program}${label === "" ? "" : `${paint(label)} `}${visible(text)}\n`;
}

/** Whole lines, final newline included. */
export function errorText(error: unknown, { name, labels }: FrontEnd, style = plain): string {
  const isOurs = error instanceof SecretsError;
  const voice = { labels, style };
  const [message, ...below] = isOurs
    ? [placed(error.at, error.message), ...error.notes.map((note) => `  ${note}`)]
    : bugLines(error, name);
  const hint = isOurs && error.hint !== undefined ? lineOf(voice, "hint", error.hint) : "";
  return lineOf(voice, "error", message) + below.map((line) => `${visible(line)}\n`).join("") + hint;
}

/** The stack without the message, which comes from who knows where and may quote what it choked on. */
function bugLines(error: unknown, program: string): [string, ...string[]] {
  const name = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  return [`this is a bug in ${program}; please report it (${name})`, ...frames];
}
