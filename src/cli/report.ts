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
import type { Style } from "./style.ts";

/** Whole lines, final newline included. */
export function errorText(error: unknown, name: string, style: Style): string {
  if (!(error instanceof SecretsError)) return bugText(error, name, style);
  const lines = [`${name}: ${style.error("error:")} ${visible(placed(error.at, error.message))}`];
  for (const note of error.notes) lines.push(`  ${visible(note)}`);
  if (error.hint !== undefined) lines.push(`${name}: ${style.warning("hint:")} ${visible(error.hint)}`);
  return lines.map((line) => `${line}\n`).join("");
}

/** The stack without the message, which comes from who knows where and may quote what it choked on. */
function bugText(error: unknown, program: string, style: Style): string {
  const name = error instanceof Error ? error.name : typeof error;
  const frames = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  const lines = [`this is a bug in ${program}; please report it (${name})`, ...frames];
  return `${program}: ${style.error("error:")} ${lines.map(visible).join("\n")}\n`;
}
