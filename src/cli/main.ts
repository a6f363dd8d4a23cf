/**
 * How does a command line become a call, and what comes back a number?
 *
 * Never exits and never throws: bin/ gets the exit code. The library is loaded when a command runs, so that `--help` costs
 * no more than the parser.
 */
import { SecretsError, systemErrorCode } from "../errors.ts";
import type { Host } from "../index.ts";
import type { Chosen, FrontEnd } from "./front-end.ts";
import { secrets } from "./front-ends/secrets.ts";
import { globalRequest, type GlobalRequest } from "./global-options.ts";
import { parsed, type Said } from "./parser.ts";
import { progressOn } from "./progress.ts";
import { errorText, lineOf } from "./report.ts";
import { styleFor, wantsColour } from "./style.ts";
import { version } from "./version.ts";
import type { Context } from "../commands/command.ts";
import { remembered } from "../words/remembered.ts";

export { frontEndFor } from "./front-ends/index.ts";

/**
 * Runs one command line.
 * @param argv the words behind the program's name
 * @param front which program it is
 * @returns the exit code (cli.md)
 */
export async function main(argv: readonly string[], host: Host, front = secrets): Promise<number> {
  const width = Number(host.env["COLUMNS"]) || host.terminal.columns || DEFAULT_WIDTH;
  let colour: boolean | undefined;
  try {
    const asked = await parsed(argv, front, width);
    if (!("command" in asked)) return await print(asked, { host, front });
    const request = globalRequest(asked);
    colour = request.colour;
    return await run(asked, request, { host, front });
  } catch (error) {
    return failed(error, { host, front, colour });
  }
}

interface Program {
  readonly host: Host;
  readonly front: FrontEnd;
}

/** Of a line of help where there is no terminal. */
const DEFAULT_WIDTH = 80;

async function print({ out, err }: Said, { host, front }: Program): Promise<number> {
  if (err !== "") host.streams.stderr(err);
  if (out !== "") await host.streams.stdout(new TextEncoder().encode(out));
  return err === "" ? 0 : front.exitCodeOf("usage");
}

async function run(chosen: Chosen, request: GlobalRequest, { host: world, front }: Program): Promise<number> {
  const terminal = request.noInput ? { ...world.terminal, canAsk: false, canEdit: false } : world.terminal;
  const streams = { ...world.streams, stdin: onlyOnce(world.streams.stdin) };
  const host = { ...world, terminal, streams };
  return chosen.command.run(await contextFor({ host, front }, request), chosen);
}

/** What was read by one (an identity, say) is gone for the other (the value), and nobody would notice. */
function onlyOnce(stdin: Host["streams"]["stdin"]): Host["streams"]["stdin"] {
  let isUsed = false;
  return () => {
    if (isUsed)
      throw new SecretsError("usage", "standard input is used twice", { hint: "name a file for one of them" });
    isUsed = true;
    return stdin();
  };
}

async function failed(
  error: unknown,
  { host, front, colour }: Program & { readonly colour: boolean | undefined },
): Promise<number> {
  const code = systemErrorCode(error);
  if (code === "EPIPE") return EXIT_PIPE;
  const told =
    code === undefined ? error : new SecretsError("io", `input or output failed (${code})`, { cause: error });
  host.streams.stderr(
    errorText(told, front, await styleFor(wantsColour(host, host.terminal.stderrIsTerminal, colour))),
  );
  return told instanceof SecretsError ? front.exitCodeOf(told.code, told.cause) : front.exitCodeOf("bug");
}

/** As a program that SIGPIPE ended: whoever read our output has seen enough. */
const EXIT_PIPE = 128 + 13;

async function contextFor({ host, front }: Program, request: GlobalRequest): Promise<Context> {
  const library = await import("../index.ts");
  const style = await styleFor(wantsColour(host, host.terminal.stdoutIsTerminal, request.colour));
  const say = (line: string) => host.streams.stderr(lineOf(front, "note", line));
  const note = (line: string) => {
    if (!request.quiet) say(line);
  };
  const warn = (line: string, hint?: string) => {
    host.streams.stderr(lineOf(front, "warning", line));
    if (hint !== undefined) host.streams.stderr(lineOf(front, "hint", hint));
  };
  return {
    host,
    library,
    note,
    say,
    warn,
    fail: (error) => host.streams.stderr(errorText(error, front)),
    dryRun: request.dryRun,
    version,
    out: (text) => host.streams.stdout(new TextEncoder().encode(text)),
    good: style.good,
    bad: style.bad,
    dim: style.quiet,
    project: remembered(() =>
      library.openProject({
        ...request,
        host,
        tell: note,
        say,
        warn,
        detail: request.verbose ? say : undefined,
        progress: progressOn(host, !request.quiet),
      }),
    ),
  };
}
