/**
 * What does an evaluation share: what it read, and what it may still cost?
 *
 * The evaluator never reads. Where it needs a file that nobody has read yet it throws the question; whoever drives it answers and
 * begins again, and everything that was computed stays.
 */
import { NIX_LIMITS, type Limit } from "../limits.ts";
import { NixError, type Source } from "./source.ts";
import type { Lazy } from "./value.ts";

export type EntryType = "regular" | "directory" | "symlink" | "unknown";

/** What only the outside knows, by what is asked. Paths are absolute. */
export interface Answers {
  /** The text of a file. */
  readonly read: string;
  readonly list: ReadonlyMap<string, EntryType>;
  /** What is there, links followed at the end; undefined: nothing. */
  readonly type: EntryType | undefined;
  /** Libraries that few evaluations need; of nothing. */
  readonly expressions: RegularExpressions;
  readonly toml: (text: string) => unknown;
}

export interface Question {
  readonly about: keyof Answers;
  readonly subject: string;
}

/** What was answered, by the subject; what failed is kept as the error. */
export type Answered = {
  readonly [A in keyof Answers]: Map<string, { readonly value: Answers[A] } | { readonly error: NixError }>;
};

/** What `re2js` gives that is needed here. */
export interface RegularExpressions {
  readonly compile: (pattern: string) => { readonly matcher: (text: string) => Matcher };
}

export interface Matcher {
  readonly matches: () => boolean;
  readonly find: (from?: number) => boolean;
  readonly start: () => number;
  readonly end: () => number;
  readonly group: (index: number) => string | null;
  readonly groupCount: () => number;
}

export class Unanswered extends Error {
  override readonly name = "Unanswered";
  readonly question: Question;

  constructor(question: Question) {
    super(`not yet answered: ${question.about} ${question.subject}`);
    this.question = question;
  }
}

export interface Machine {
  readonly environment: (name: string) => string | undefined;
  readonly home: string | undefined;
  readonly answers: Answered;
  /** By path: each file is parsed and evaluated once. */
  readonly imports: Map<string, Lazy>;
  /** Parsed texts, so that beginning again does not parse again. */
  readonly sourceOf: (path: string, text: string) => Source;
  /** The names of every `let` that was entered, the outermost first; only so many as anybody wants to know. */
  readonly lets: ReadonlyMap<string, Lazy>[];
  steps: number;
  size: number;
}

/** @throws Unanswered where nobody has answered yet, NixError where the answer is a failure */
export function ask<A extends keyof Answers>(machine: Machine, about: A, subject = ""): Answers[A] {
  const answer = machine.answers[about].get(subject);
  if (answer === undefined) throw new Unanswered({ about, subject });
  if ("error" in answer) throw answer.error;
  return answer.value;
}

/** Counts steps of work. @throws NixError above the limit */
export function step(machine: Machine, count = 1): void {
  machine.steps += count;
  if (machine.steps > NIX_LIMITS.steps.most) throw overLimit(NIX_LIMITS.steps);
}

/** Counts characters that are made. @throws NixError above the limit */
export function grow(machine: Machine, count: number): void {
  machine.size += count;
  if (machine.size > NIX_LIMITS.size.most) throw overLimit(NIX_LIMITS.size);
}

/** Counts items of lists and attributes of sets that are made, by what they weigh in memory. @throws NixError above the limit */
export function growItems(machine: Machine, count: number): void {
  grow(machine, count * 32);
}

export function overLimit({ most, what }: Limit): NixError {
  return new NixError(`more than ${most.toLocaleString("en")} ${what}`, undefined, "limit");
}
