/**
 * How does a command line become a call, and what comes back a number?
 *
 * Never exits and never throws: bin/ gets the exit code. The library is loaded when a command runs, so that `--help` costs
 * no more than the parser.
 */
import { CommanderError } from "commander";
import { SecretsError, systemErrorCode } from "../errors.ts";
import type { Host, Project } from "../index.ts";
import { secrets, type FrontEnd } from "./front-end.ts";
import { globalRequest, type GlobalRequest } from "./global-options.ts";
import { parserFor, type Chosen } from "./parser.ts";
import { progressOn } from "./progress.ts";
import { errorText } from "./report.ts";
import { styleFor, wantsColour } from "./style.ts";
import { version } from "./version.ts";
import type { Context } from "../commands/command.ts";
import { visible } from "../words/visible.ts";

/**
 * Runs one command line.
 * @param argv the words behind the program's name
 * @param front which program it is
 * @returns the exit code (cli.md)
 */
export async function main(argv: readonly string[], host: Host, front = secrets): Promise<number> {
  const program = { host, front };
  const texts = { out: "", err: "" };
  let chosen: Chosen | undefined;
  const width = Number(host.env["COLUMNS"]) || host.terminal.columns || DEFAULT_WIDTH;
  const parser = parserFor(texts, {
    front: { ...front, commands: commandsFor(front, argv) },
    width,
    choose: (found) => void (chosen = found),
  });
  try {
    await parser.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.code === "commander.unknownCommand")
      return failed(program, front.unknown(parser.args, error.message), undefined);
    const code = error instanceof CommanderError && error.exitCode === 0 ? 0 : front.exitCodeOf("usage");
    return error instanceof CommanderError ? flushed(program, texts, code) : failed(program, error, undefined);
  }
  if (chosen === undefined) return flushed(program, texts, front.exitCodeOf("usage"));
  return run(chosen, globalRequest(chosen.options), program);
}

interface Program {
  readonly host: Host;
  readonly front: FrontEnd;
}

/** Of a line of help where there is no terminal. */
const DEFAULT_WIDTH = 80;

/** A line that begins with a command needs no other one; the options of all of them cost more than most commands do. */
function commandsFor({ commands }: FrontEnd, [first]: readonly string[]): FrontEnd["commands"] {
  const spec = commands.find(({ name }) => name === first);
  return spec === undefined ? commands : [spec];
}

async function flushed(program: Program, texts: { out: string; err: string }, code: number): Promise<number> {
  const { streams } = program.host;
  try {
    if (texts.err !== "") streams.stderr(texts.err);
    if (texts.out !== "") await streams.stdout(new TextEncoder().encode(texts.out));
    return code;
  } catch (error) {
    return failed(program, error, undefined);
  }
}

async function run(chosen: Chosen, request: GlobalRequest, { host: world, front }: Program): Promise<number> {
  const terminal = request.noInput ? { ...world.terminal, canAsk: false, canEdit: false } : world.terminal;
  const streams = { ...world.streams, stdin: onlyOnce(world.streams.stdin) };
  const host = { ...world, terminal, streams };
  try {
    return await chosen.command.run(await contextFor({ host, front }, request), chosen);
  } catch (error) {
    return failed({ host, front }, error, request.colour);
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

async function failed({ host, front }: Program, error: unknown, colour: boolean | undefined): Promise<number> {
  const code = systemErrorCode(error);
  if (code === "EPIPE") return EXIT_PIPE;
  const told =
    code === undefined ? error : new SecretsError("io", `input or output failed (${code})`, { cause: error });
  const style = await styleFor(wantsColour(host, host.terminal.stderrIsTerminal, colour));
  host.streams.stderr(errorText(told, front.name, style));
  return told instanceof SecretsError ? front.exitCodeOf(told.code, told.cause) : front.exitCodeOf("bug");
}

/** As a program that SIGPIPE ended: whoever read our output has seen enough. */
const EXIT_PIPE = 128 + 13;

async function contextFor({ host, front }: Program, request: GlobalRequest): Promise<Context> {
  const library = await import("../index.ts");
  const style = await styleFor(wantsColour(host, host.terminal.stdoutIsTerminal, request.colour));
  const say = (line: string) => host.streams.stderr(`${front.name}: ${visible(line)}\n`);
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
        rules: request.rules,
        nix: request.nix,
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
