/**
 * How is a place in a document named in a message?
 */
import { SecretsError, type Position } from "../errors.ts";
import type { Doubt, Step } from "./format.ts";

/** A place in a text whose file is not known here: `file` is empty, and whoever knows it puts it there. */
export function placeAt(line: number, column?: number): Position {
  return { file: "", line, column };
}

/** The error for a text that does not parse; line and column count from 1. */
export function malformedAt(message: string, line: number, column?: number): SecretsError {
  return new SecretsError("malformed", message, { at: placeAt(line, column) });
}

/** The way to an entry as people type it: `db/users/0`, with `~` and `/` inside a key as in JSON Pointer. */
export function stepsText(steps: readonly Step[]): string {
  return steps.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
}

/** The later of two keys of the same name. */
export function duplicateAt(steps: readonly Step[], { line, column }: Pick<Doubt, "line" | "column">): Doubt {
  return { message: `duplicate key ${stepsText(steps)}: keep one of the two`, steps, line, column };
}

/** The error for steps at which there is nothing. */
export function nothingAt(steps: readonly Step[]): SecretsError {
  return new SecretsError("not-found", `there is nothing at ${stepsText(steps)}`);
}

/** The error for a position in a mapping, or a key in a list. @param what stands at the steps */
export function misfit(steps: readonly Step[], step: Step, what: string): SecretsError {
  const where = steps.length === 0 ? "the top level" : stepsText(steps);
  const other = typeof step === "string" ? "a list, which has no keys" : `${what}, which has no positions`;
  const kind = typeof step === "string" ? "key" : "position";
  return new SecretsError("not-found", `${where} is ${other}: there is no ${kind} ${step}`);
}
