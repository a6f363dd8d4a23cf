/**
 * How does a command line become a call, and what comes back a number?
 *
 * Never exits and never throws: bin/ gets the exit code. The library is loaded when a command runs, so that `--help` costs
 * no more than the parser.
 */
import { CommanderError } from "commander";
import { SecretsError, systemErrorCode } from "../errors.ts";
import type { Host, Project } from "../index.ts";
import { EXIT_BUG, EXIT_OK, EXIT_USAGE, exitCodeOf } from "./exit-codes.ts";
import { globalRequest, type GlobalRequest } from "./global-options.ts";
import { parserFor, type Chosen } from "./parser.ts";
import { progressOn } from "./progress.ts";
import { errorText } from "./report.ts";
import { unknownCommand } from "./unknown-command.ts";
import { styleFor, wantsColour } from "./style.ts";
import { version } from "./version.ts";
import type { CommandSpec, Context } from "../commands/command.ts";
import { commands } from "../commands/index.ts";
import { visible } from "../words/visible.ts";

/**
 * Runs one command line.
 * @param argv the words behind the program's name
 * @returns the exit code (cli.md)
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const texts = { out: "", err: "" };
  let chosen: Chosen | undefined;
  const width = Number(host.env["COLUMNS"]) || host.terminal.columns || DEFAULT_WIDTH;
  const parser = parserFor(texts, { specs: specsFor(argv), width, choose: (found) => void (chosen = found) });
  try {
    await parser.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.code === "commander.unknownCommand")
      return failed(host, unknownCommand(parser.args, error.message), undefined);
    const code = error instanceof CommanderError && error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    return error instanceof CommanderError ? flushed(host, texts, code) : failed(host, error, undefined);
  }
  if (chosen === undefined) return flushed(host, texts, EXIT_USAGE);
  return run(chosen, globalRequest(chosen.options), host);
}

/** Of a line of help where there is no terminal. */
const DEFAULT_WIDTH = 80;

/** A line that begins with a command needs no other one; the options of all of them cost more than most commands do. */
function specsFor([first]: readonly string[]): readonly CommandSpec[] {
  const spec = commands.find(({ name }) => name === first);
  return spec === undefined ? commands : [spec];
}

async function flushed(host: Host, texts: { out: string; err: string }, code: number): Promise<number> {
  try {
    if (texts.err !== "") host.streams.stderr(texts.err);
    if (texts.out !== "") await host.streams.stdout(new TextEncoder().encode(texts.out));
    return code;
  } catch (error) {
    return failed(host, error, undefined);
  }
}

async function run(chosen: Chosen, request: GlobalRequest, world: Host): Promise<number> {
  const terminal = request.noInput ? { ...world.terminal, canAsk: false, canEdit: false } : world.terminal;
  const streams = { ...world.streams, stdin: onlyOnce(world.streams.stdin) };
  const host = { ...world, terminal, streams };
  try {
    return await chosen.command.run(await contextFor(host, request), chosen);
  } catch (error) {
    return failed(host, error, request.colour);
  }
}

/** What was read by one (an identity, say) is gone for the other (the value), and nobody would notice. */
function onlyOnce(stdin: Host["streams"]["stdin"]): Host["streams"]["stdin"] {
  let isUsed = false;
  return () => {
    if (isUsed)
      throw new SecretsError("usage", "standard input is asked for twice", { hint: "name a file for one of them" });
    isUsed = true;
    return stdin();
  };
}

async function failed(host: Host, error: unknown, colour: boolean | undefined): Promise<number> {
  const code = systemErrorCode(error);
  if (code === "EPIPE") return EXIT_PIPE;
  const told =
    code === undefined ? error : new SecretsError("io", `input or output failed (${code})`, { cause: error });
  const style = await styleFor(wantsColour(host, host.terminal.stderrIsTerminal, colour));
  host.streams.stderr(errorText(told, style));
  return told instanceof SecretsError ? exitCodeOf(told.code, told.cause) : EXIT_BUG;
}

/** As a program that SIGPIPE ended: whoever read our output has seen enough. */
const EXIT_PIPE = 128 + 13;

async function contextFor(host: Host, request: GlobalRequest): Promise<Context> {
  const library = await import("../index.ts");
  const style = await styleFor(wantsColour(host, host.terminal.stdoutIsTerminal, request.colour));
  const say = (line: string) => host.streams.stderr(`secrets: ${visible(line)}\n`);
  let project: Promise<Project> | undefined;
  const note = (line: string) => {
    if (!request.quiet) say(line);
  };
  return {
    host,
    library,
    note,
    dryRun: request.dryRun,
    version,
    warn: say,
    out: (text) => host.streams.stdout(new TextEncoder().encode(text)),
    good: style.good,
    bad: style.bad,
    dim: style.quiet,
    project: () =>
      (project ??= library.openProject({
        host,
        directory: request.directory,
        config: request.config,
        identities: request.identities,
        dryRun: request.dryRun,
        acceptReaders: request.acceptReaders,
        tell: note,
        warn: say,
        detail: request.verbose ? say : undefined,
        progress: progressOn(host, !request.quiet),
      })),
  };
}
