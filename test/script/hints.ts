/**
 * Which commands do the hints of the last call give, and are they commands at all?
 *
 * In a hint a command stands alone or behind a colon, and runs to the end or to a semicolon.
 */
import { stripVTControlCharacters } from "node:util";
import { secrets } from "../../src/cli/front-ends/secrets.ts";
import { globalOptions } from "../../src/cli/global-options.ts";
import { parsed } from "../../src/cli/parser.ts";
import { commands } from "../../src/commands/index.ts";
import { SecretsError } from "../../src/errors.ts";
import { splitWords } from "../../src/io/words.ts";
import { verbs } from "../verbs.ts";

/** The commands behind `secrets: hint:` and in warnings, as they would be pasted. */
export function commandsIn(stderr: string): string[] {
  return hintsIn(stderr).flatMap((hint) =>
    hint.split("; ").flatMap((part) => {
      const command = /(?:^|.*?: )((?:secrets|git|chmod|rm) [^`]+)$/.exec(part)?.[1];
      return command === undefined ? [] : [command];
    }),
  );
}

function hintsIn(stderr: string): string[] {
  return [...stripVTControlCharacters(stderr).matchAll(/^secrets: (?:hint|warning): (.*)$/gm)].map(
    ([, hint]) => hint ?? "",
  );
}

/** Verb and options, by which two hints are the same. */
export function shapeOf(command: string): string {
  const words = splitWords(command);
  const isFamily = commands.some((spec) => "commands" in spec && spec.name === words[1]);
  return words.filter((word, at) => at < (isFamily ? 3 : 2) || /^--?[a-z]/.test(word)).join(" ");
}

/** What is wrong with the hints of a call, if anything. */
export async function faultInHints(argv: readonly string[], stderr: string): Promise<string | undefined> {
  for (const command of commandsIn(stderr)) {
    if (/\b(?:FILE|PATH)\b/.test(command)) return `the hint leaves a name open: ${command}`;
    const wrong = await usageFault(command);
    if (wrong !== undefined) return `the hint is not a command (${wrong}): ${command}`;
  }
  const prose = hintsIn(stderr)
    .join("\n")
    .replaceAll(/`[^`]*`|git .*/g, "");
  const [line, verb] = verbs.find(([words]) => words.split(" ").every((word) => argv.includes(word))) ?? [];
  if (verb === undefined) return undefined;
  const known = [...verb.options, ...globalOptions].map(({ flags }) => flags).join(" ");
  const said = commandsIn(stderr).reduce((rest, command) => rest.replace(command, ""), prose);
  const unknown = (said.match(/--[a-z][a-z-]+/g) ?? []).find((flag) => !known.includes(flag));
  return unknown === undefined ? undefined : `the hint names ${unknown}, which secrets ${line} does not take`;
}

async function usageFault(command: string): Promise<string | undefined> {
  for (const part of command.split(" && ")) {
    const [program, ...words] = splitWords(part);
    if (program !== "secrets") continue;
    try {
      await parsed(words, secrets, 80);
    } catch (error) {
      if (error instanceof SecretsError) return error.message;
      throw error;
    }
  }
  return undefined;
}

/**
 * The shapes of the commands in the texts of a source file, wherever a hint or a warning may take them from. Examples and
 * comments are none.
 */
export function shapesIn(source: string): string[] {
  return source.split("\n").flatMap((line) => {
    if (/^\s*(?:\[|\/?\*|\/\/|examples:)/.test(line)) return [];
    const text = line.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "X");
    return [...text.matchAll(/(?<=["`: ])secrets [a-z]+(?: (?:X|-|[^ "`;]+))*(?=["`;])/g)]
      .map(([command]) => command)
      .filter((command) => commands.some(({ name }) => command.split(" ")[1] === name))
      .map(shapeOf);
  });
}
