/**
 * How do the command specs become a parser and its help?
 *
 * One loop over the specs; commander does the rest. It neither prints nor exits by itself: what it has to say is
 * gathered, and it throws.
 */
import { Command, Option } from "commander";
import type { CommandSpec, Invocation } from "../commands/command.ts";
import type { FrontEnd } from "./front-end.ts";
import { addGlobalOptions, appended, globalOptionsText } from "./global-options.ts";
import { wrapped } from "./wrapped.ts";
import { version } from "./version.ts";

/** The command that the line names, with its words, and its options merged with the global ones. */
export interface Chosen extends Invocation {
  readonly command: CommandSpec;
}

/**
 * @param texts what commander has to say is appended here
 * @param front the program, with the commands that it knows
 * @param width characters in a line of help
 */
export function parserFor(
  texts: { out: string; err: string },
  {
    front,
    width,
    choose,
  }: { readonly front: FrontEnd; readonly width: number; readonly choose: (chosen: Chosen) => void },
): Command {
  const program = new Command(front.name)
    .description(front.description)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", `print help; \`${front.name} help COMMAND\` for one command`)
    .configureOutput({
      writeOut: (text) => void (texts.out += text),
      writeErr: (text) => void (texts.err += text),
      outputError: (text, write) => write(usageError(text, front.name, "--help")),
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ minWidthToWrap: 12 })
    .addHelpText("after", `\nExit codes:\n${wrapped(front.exitCodes, { width, indent: "  ", between: "  " })}`);
  addGlobalOptions(program, "program");
  for (const spec of front.commands) program.addCommand(commandFor(spec, program, { width, choose }));
  return program;
}

/** commander says `error: unknown option '--x'`, with its guess on a second line. */
function usageError(text: string, name: string, help: string): string {
  const [first = "", guess] = text
    .replace(/^error: /, "")
    .trim()
    .split("\n");
  const message = `${name}: error: ${first.charAt(0).toLowerCase()}${first.slice(1)}\n`;
  const hint = guess?.replace(/^\((.*)\)$/, "$1") ?? `${name} ${help}`;
  return `${message}${name}: hint: ${hint.charAt(0).toLowerCase()}${hint.slice(1)}\n`;
}

function commandFor(
  spec: CommandSpec,
  program: Command,
  { width, choose }: { readonly width: number; readonly choose: (chosen: Chosen) => void },
): Command {
  const command = program
    .createCommand(spec.name)
    .copyInheritedSettings(program)
    .configureOutput({ outputError: (text, write) => write(usageError(text, program.name(), `${spec.name} --help`)) })
    .summary(spec.summary)
    .description(`${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`)
    .helpGroup(`${spec.group}:`)
    .helpOption("-h, --help", "print this help")
    .addHelpText("before", examplesText(spec, width))
    .addHelpText("after", globalOptionsText(program.name(), width));
  for (const words of spec.words) command.argument(words);
  for (const option of spec.options) {
    const added = new Option(option.flags, option.description);
    if (option.repeatable === true) added.argParser(appended);
    command.addOption(added);
  }
  addGlobalOptions(command, "command");
  command.action(() => {
    choose({ command: spec, words: command.args, options: merged(program.opts(), command.opts()) });
  });
  return command;
}

function examplesText(spec: CommandSpec, width: number): string {
  const texts = spec.examples.map(
    ([line, does]) => `  ${line}\n${wrapped(does.split(" "), { width, indent: "      " })}`,
  );
  return `Examples:\n${texts.join("")}`;
}

/** What was said behind the verb wins; lists are joined. */
function merged(before: Record<string, unknown>, behind: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(behind)) {
    if (value === undefined) continue;
    const earlier = result[name];
    result[name] = Array.isArray(value) && Array.isArray(earlier) ? [...earlier, ...value] : value;
  }
  return result;
}
