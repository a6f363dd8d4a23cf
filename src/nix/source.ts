/**
 * Where in a Nix file are we, and what went wrong there?
 *
 * The errors of this folder carry a trace and know whether `tryEval` may catch them; `nix.ts` turns what leaves the folder into a
 * SecretsError.
 */
import type { Position } from "../errors.ts";
import { placesIn } from "../text/places.ts";

/** A text that is parsed. `path` is absolute; `directory` is what relative paths in it start from. */
export interface Source {
  /** As it is shown to people. */
  readonly name: string;
  readonly directory: string;
  readonly text: string;
}

/** A stretch of a source, in UTF-16 units; `end` is exclusive. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Line and column count from 1; a column counts UTF-16 units. */
export function positionOf({ source, start }: Place): Position {
  const places = PLACES.get(source) ?? placesIn(source.text);
  PLACES.set(source, places);
  return { file: source.name, ...places(start) };
}

const PLACES = new WeakMap<Source, ReturnType<typeof placesIn>>();

/**
 * - `error`: the expression is wrong. `thrown`: it says so itself (`throw`, `assert`), which `tryEval` catches.
 * - `unsupported`: only Nix itself can do this. `limit`: it would cost too much.
 */
export type NixFault = "error" | "thrown" | "unsupported" | "limit";

/** How many steps of a trace are worth reading. */
const TRACE = 12;

export class NixError extends Error {
  override readonly name = "NixError";
  readonly fault: NixFault;
  /** What would be right instead. */
  hint: string | undefined;
  at: Place | undefined;
  /** From the inside out: what was being evaluated. */
  readonly trace: { readonly at: Place; readonly doing: string }[] = [];

  constructor(message: string, at?: Place, fault: NixFault = "error") {
    super(message);
    this.at = at;
    this.fault = fault;
  }
}

export function hintFor({ fault, hint }: NixError): string | undefined {
  return fault === "unsupported" ? "install Nix, or write it without what only Nix can do" : hint;
}

/** Runs `work`; an error that leaves it says also where it came through. */
export function tracing<T>(at: Place, doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw traced(error, at, doing);
  }
}

/** The error, which now says also where it came through. */
export function traced(error: unknown, at: Place, doing: string): unknown {
  if (error instanceof NixError) {
    error.at ??= at;
    if (error.trace.length < TRACE) error.trace.push({ at, doing });
  }
  return error;
}
