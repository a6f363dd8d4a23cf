/**
 * What does a command line ask for?
 *
 * One loop over the specs; commander does the rest. It neither prints nor exits by itself: what it has to say comes back, and
 * what is wrong is thrown.
 */
import { Command, CommanderError, Option } from "commander";
import { SecretsError } from "../errors.ts";
import type { CommandFamily, CommandSpec, OptionSpec, Verb } from "../commands/command.ts";
import type { Chosen, FrontEnd } from "./front-end.ts";
import { wrapped } from "./wrapped.ts";
import { version } from "./version.ts";

/** A help or a version to print: on standard output if it was asked for. */
export interface Said {
  readonly out: string;
  readonly err: string;
}

interface Parsing {
  readonly front: FrontEnd;
  readonly width: number;
  /** The words that lead here: `policy` for its commands. */
  readonly family: readonly string[];
  readonly choose: (chosen: Chosen) => void;
}

/**
 * @param argv the words behind the program's name
 * @param front the program
 * @param width characters in a line of help
 * @throws SecretsError `usage`
 */
export async function parsed(argv: readonly string[], front: FrontEnd, width: number): Promise<Chosen | Said> {
  const said = { out: "", err: "" };
  let chosen: Chosen | undefined;
  const parsing = { front, width, family: [], choose: (found: Chosen) => void (chosen = found) };
  const program = programFor(said, parsing);
  // A line that begins with a command needs no other one; the options of all of them cost more than most commands do.
  const first = front.commands.filter(({ name }) => name === argv[0]);
  for (const spec of first.length > 0 ? first : front.commands) addCommand(program, spec, parsing);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return chosen ?? said;
}

function programFor(said: { out: string; err: string }, parsing: Parsing): Command {
  const { front, width } = parsing;
  const { bare, globalOptions } = front;
  const program = new Command(front.name)
    .description(front.description)
    .version(version, "-V, --version", "print the version")
    .configureOutput({
      writeOut: (text) => void (said.out += text),
      writeErr: (text) => void (said.err += text),
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ minWidthToWrap: 12, subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  const options = [...globalOptions, ...(bare?.options ?? [])];
  describe(program, { words: [], examples: [], ...bare, options }, parsing);
  if (front.commands.length > 0) {
    const help = `print help; \`${front.name} help COMMAND\` for one command`;
    program.helpOption("-h, --help", help).helpCommand("help [command]", HELP_COMMAND);
  }
  if (bare !== undefined) {
    program.action(() => {
      const chosen = bare.meaning({ words: program.args, options: program.opts() });
      if (chosen === undefined) program.outputHelp({ error: true });
      else parsing.choose(chosen);
    });
  }
  return program.addHelpText(
    "after",
    `\nExit codes:\n${wrapped(front.exitCodes, { width, indent: "  ", between: "  " })}`,
  );
}

const HELP_COMMAND = "print the help of a command";

function addCommand(above: Command, spec: CommandSpec | CommandFamily | Verb, parsing: Parsing): void {
  const { front, width, choose } = parsing;
  const command = above
    .command(spec.name)
    .summary(spec.summary)
    .description(`${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`);
  if ("group" in spec) command.helpGroup(`${spec.group}:`);
  const within = { ...parsing, family: [...parsing.family, spec.name] };
  if ("commands" in spec) {
    const examples = spec.commands.flatMap((verb) => verb.examples);
    describe(command, { words: [], options: [], examples }, within);
    command.helpCommand("help [command]", HELP_COMMAND);
    for (const verb of spec.commands) addCommand(command, verb, within);
  } else {
    describe(command, spec, within);
    command.action(() => choose({ command: spec, words: command.args, options: optionsOf(command) }));
  }
  // Hidden, so that they may stand on either side of the verb.
  addOptions(command, front.globalOptions, true);
  const names = front.globalOptions.map(({ flags }) => flags.replace(/ .*/, "").replace(/,$/, ""));
  if (names.length === 0) return;
  const explained = `\nOptions of every command, explained by ${front.name} --help:\n`;
  command.addHelpText("after", `${explained}${wrapped(names, { width, indent: "  " })}`);
}

/** What the help says of it, and what commander checks. */
function describe(
  command: Command,
  { words, options, examples }: Pick<Verb, "words" | "options" | "examples">,
  parsing: Parsing,
): void {
  const texts = examples.map(
    ([line, does]) => `  ${line}\n${wrapped(does.split(" "), { width: parsing.width, indent: "      " })}`,
  );
  command.helpOption("-h, --help", "print this help").exitOverride((error) => {
    throw slip(error, command, parsing);
  });
  if (texts.length > 0) command.addHelpText("before", `Examples:\n${texts.join("")}`);
  for (const word of words) command.argument(word);
  addOptions(command, options);
}

function addOptions(command: Command, specs: readonly OptionSpec[], hidden = false): void {
  for (const { flags, description, repeatable } of specs) {
    const option = new Option(flags, description).hideHelp(hidden);
    if (repeatable === true) option.argParser(appended);
    command.addOption(option);
    // commander takes a lone `--no-x` for true where it is not given, which the other side of the verb would then override.
    if (option.negate) command.setOptionValue(option.attributeName(), undefined);
  }
}

function appended(value: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before.map(String) : []), value];
}

/** What was said behind a word wins over what was said before it; lists are joined. */
function optionsOf(command: Command): Record<string, unknown> {
  const result = command.parent === null ? {} : optionsOf(command.parent);
  for (const [name, value] of Object.entries(command.opts())) {
    if (value === undefined) continue;
    const earlier = result[name];
    result[name] = Array.isArray(value) && Array.isArray(earlier) ? [...earlier, ...value] : value;
  }
  return result;
}

/** commander says `error: unknown option '--x'`, with its guess on a second line. */
function slip(error: CommanderError, command: Command, { front, family }: Parsing): Error {
  const known = command.commands.map((verb) => verb.name());
  if (error.code === "commander.unknownCommand") return front.unknown({ family, words: command.args, known });
  if (error.exitCode === 0) return error;
  if (error.code === "commander.help") return family.length === 0 ? error : front.unknown({ family, words: [], known });
  const [message = "", guess] = error.message
    .replace(/^error: /, "")
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\((.*)\)$/, "$1"))
    .map((line) => `${line.charAt(0).toLowerCase()}${line.slice(1)}`);
  return new SecretsError("usage", message, { hint: guess ?? [front.name, ...family, "--help"].join(" ") });
}
