/**
 * Is there colour, and which? Decided once per stream; never colour alone, always a word too. Nothing else knows chalk,
 * and without colour it is not even loaded.
 */
import type { Host } from "../index.ts";

export interface Style {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
}

/** `--color` and `--no-color`; undefined where neither was given. */
export type ColourWish = boolean | undefined;

/** Off for --no-color, NO_COLOR, TERM=dumb and anything but a terminal; on for --color and FORCE_COLOR. */
export function wantsColour(host: Host, isTerminal: boolean, wish: ColourWish): boolean {
  const { env } = host;
  if (wish !== undefined) return wish;
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "0") !== "0") return true;
  return isTerminal && env["TERM"] !== "dumb";
}

export async function styleFor(colour: boolean): Promise<Style> {
  if (!colour) return plain;
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return { error: chalk.red, warning: chalk.yellow, good: chalk.green, bad: chalk.red, quiet: chalk.dim };
}

const same = (text: string) => text;
export const plain: Style = { error: same, warning: same, good: same, bad: same, quiet: same };
