/**
 * How does a command line become a call, and what comes back a number?
 *
 * Never exits and never throws: bin/ gets the exit code. The library is loaded when a command runs, so that `--help` costs
 * no more than the parser.
 */
import { CommanderError } from "commander";
import { SecretsError } from "../errors.ts";
import type { Host } from "../index.ts";
import { EXIT_BUG, EXIT_OK, EXIT_USAGE, exitCodeOf } from "./exit-codes.ts";
import { globalRequest, type GlobalRequest } from "./global-options.ts";
import { parserFor, type Chosen } from "./parser.ts";
import { errorText, visible } from "./report.ts";
import { styleFor, wantsColour } from "./style.ts";
import type { Context } from "../commands/command.ts";

/**
 * Runs one command line.
 * @param argv the words behind the program's name
 * @returns the exit code (cli.md)
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const texts = { out: "", err: "" };
  let chosen: Chosen | undefined;
  const parser = parserFor(texts, (found) => {
    chosen = found;
  });
  try {
    await parser.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return flushed(host, texts, error.exitCode === 0 ? EXIT_OK : EXIT_USAGE);
  }
  if (chosen === undefined) return flushed(host, texts, EXIT_USAGE);
  return run(chosen, globalRequest(chosen.options), host);
}

async function flushed(host: Host, texts: { out: string; err: string }, code: number): Promise<number> {
  if (texts.err !== "") host.stderr(texts.err);
  if (texts.out !== "") await host.stdout(new TextEncoder().encode(texts.out));
  return code;
}

async function run(chosen: Chosen, request: GlobalRequest, world: Host): Promise<number> {
  const host = request.noInput ? { ...world, terminal: { ...world.terminal, canAsk: false } } : world;
  try {
    return await chosen.command.run(await contextFor(host, request), chosen);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPIPE") return EXIT_PIPE;
    const style = await styleFor(wantsColour(host, host.terminal.stderrIsTerminal, request.colour));
    host.stderr(errorText(error, style));
    return error instanceof SecretsError ? exitCodeOf(error.code, error.cause) : EXIT_BUG;
  }
}

/** As a program that SIGPIPE ended: whoever read our output has seen enough. */
const EXIT_PIPE = 128 + 13;

async function contextFor(host: Host, request: GlobalRequest): Promise<Context> {
  const library = await import("../index.ts");
  const style = await styleFor(wantsColour(host, host.terminal.stdoutIsTerminal, request.colour));
  const say = (line: string) => host.stderr(`secrets: ${visible(line)}\n`);
  const note = (line: string) => {
    if (!request.quiet) say(line);
  };
  return {
    host,
    library,
    note,
    dryRun: request.dryRun,
    out: (text) => host.stdout(new TextEncoder().encode(text)),
    good: style.good,
    bad: style.bad,
    dim: style.quiet,
    visible,
    project: () =>
      library.openProject({
        host,
        directory: request.directory,
        config: request.config,
        identities: request.identities,
        dryRun: request.dryRun,
        tell: note,
        detail: request.verbose ? say : undefined,
      }),
  };
}
