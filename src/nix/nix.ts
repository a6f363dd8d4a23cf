/**
 * What does a Nix file say, without Nix?
 *
 * The door of this folder. The whole expression language, lazily, without derivations, network and writing; whatever has to be read is
 * asked of a `NixWorld`, which decides what may be.
 */
import { atMost, NIX_LIMITS } from "../limits.ts";
import { expected, SecretsError } from "../errors.ts";
import { placed, placeText } from "../words/phrases.ts";
import { globals } from "./builtins/index.ts";
import { OUTERMOST } from "./builtins/files.ts";
import { evaluate } from "./evaluate.ts";
import {
  grow,
  Unanswered,
  type Answers,
  type EntryType,
  type Machine,
  type Question,
  type RegularExpressions,
} from "./machine.ts";
import { hintFor, NixError, positionOf, type Source } from "./source.ts";
import { parse } from "./syntax/parse.ts";
import type { Value } from "./value.ts";

/** What an evaluation may ask of the outside. Paths are absolute; what may not be read is refused by a SecretsError. */
export interface NixWorld {
  readonly read: (path: string) => Promise<string>;
  readonly list: (path: string) => Promise<ReadonlyMap<string, EntryType>>;
  readonly type: (path: string) => Promise<EntryType | undefined>;
  readonly environment: (name: string) => string | undefined;
  readonly home: string | undefined;
  /** How a file that is imported is called in messages. */
  readonly show: (path: string) => string;
}

export interface NixText {
  /** As it is shown in messages. */
  readonly name: string;
  /** Absolute: what relative paths start from. */
  readonly directory: string;
  readonly text: string;
}

/**
 * Evaluates a text as far as `use` wants it. `use` may be called more than once, since an evaluation begins again when what it needed has
 * been read; it must have no effect.
 *
 * @throws SecretsError `policy` with the place, and a trace as notes. Its cause is the NixError, whose fault tells what only Nix can do.
 */
export async function evaluateNix<T>(
  text: NixText,
  world: NixWorld,
  use: (value: Value, machine: Machine) => T,
): Promise<T> {
  atMost(text.text.length, NIX_LIMITS.text, { at: { file: text.name } });
  const machine = machineFor(world);
  try {
    const expression = parse(text);
    const scope = { machine, names: globals(machine), ...OUTERMOST };
    for (;;) {
      const asked = attempt(() => use(evaluate(expression, scope), machine));
      if (!("question" in asked)) return asked.result;
      await answer(machine, world, asked.question);
    }
  } catch (error) {
    throw translated(error, text);
  }
}

function attempt<T>(work: () => T): { readonly result: T } | { readonly question: Question } {
  try {
    return { result: work() };
  } catch (error) {
    if (error instanceof Unanswered) return { question: error.question };
    throw error;
  }
}

function machineFor(world: NixWorld): Machine {
  const sources = new Map<string, Source>();
  return {
    environment: world.environment,
    home: world.home,
    answers: { read: new Map(), list: new Map(), type: new Map(), expressions: new Map(), toml: new Map() },
    imports: new Map(),
    lets: [],
    sourceOf: (path, text) => {
      const known = sources.get(path);
      if (known !== undefined) return known;
      const source = { name: world.show(path), directory: path.slice(0, path.lastIndexOf("/")) || "/", text };
      sources.set(path, source);
      return source;
    },
    steps: 0,
    size: 0,
  };
}

async function answer(machine: Machine, world: NixWorld, { about, subject }: Question): Promise<void> {
  const { answers } = machine;
  try {
    if (about === "read") {
      const value = await world.read(subject);
      grow(machine, value.length);
      answers.read.set(subject, { value });
    } else if (about === "list") answers.list.set(subject, { value: await world.list(subject) });
    else if (about === "type") answers.type.set(subject, { value: await world.type(subject) });
    else if (about === "toml") answers.toml.set(subject, { value: await tomlParser() });
    else answers.expressions.set(subject, { value: await regularExpressions() });
  } catch (error) {
    const { at, message } = expected(error);
    answers[about].set(subject, { error: new NixError(placed(at, message)) });
  }
}

async function tomlParser(): Promise<Answers["toml"]> {
  const { parse: parseToml } = await import("smol-toml");
  return (text) => parseToml(text, { integersAsBigInt: true });
}

async function regularExpressions(): Promise<RegularExpressions> {
  const { RE2JS } = await import("re2js");
  return { compile: (pattern) => RE2JS.compile(pattern, RE2JS.DOTALL | RE2JS.LONGEST_MATCH) };
}

function translated(error: unknown, { name }: NixText): unknown {
  if (error instanceof RangeError) {
    return new SecretsError("policy", "evaluation goes too deep", { at: { file: name }, cause: error });
  }
  if (!(error instanceof NixError)) return error;
  return new SecretsError("policy", error.message, {
    at: error.at === undefined ? { file: name } : positionOf(error.at),
    hint: hintFor(error),
    notes: error.trace.map(({ at, doing }) => `in ${doing} at ${placeText(positionOf(at))}`),
    cause: error,
  });
}
