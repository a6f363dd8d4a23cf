/** Which options does every command understand, before or behind the verb? */
import { Option, type Command } from "commander";
import { wrapped } from "./wrapped.ts";

export interface GlobalRequest {
  readonly directory: string | undefined;
  readonly config: string | undefined;
  readonly rules: string | undefined;
  readonly nix: boolean;
  readonly identities: readonly string[];
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noInput: boolean;
  readonly dryRun: boolean;
  /** Offered by the verbs that write only, and asked for wherever they do. */
  readonly acceptReaders: boolean;
  /** Undefined: decide by terminal and environment. */
  readonly colour: boolean | undefined;
}

const SPECS: readonly (readonly [flags: string, description: string])[] = [
  ["-C <directory>", "work as if started there"],
  ["--config <file>", "use this policy file instead of the nearest .sops.yaml"],
  ["--rules <file>", "use these rules of agenix instead of the nearest secrets.nix"],
  ["--no-nix", "never ask nix-instantiate about rules that only Nix can evaluate"],
  ["--identity <file>", "open with these identities only (repeatable)"],
  ["-q, --quiet", "say nothing but errors"],
  ["-v, --verbose", "say what is looked at"],
  ["--color", "colour even where it would be off"],
  ["--no-color", "no colour"],
  ["--no-input", "never ask; fail where a question would be needed"],
  ["-n, --dry-run", "do everything but write"],
];

/** Adds them to the program, and hidden to each command, so that they may stand on either side of the verb. */
export function addGlobalOptions(command: Command, where: "program" | "command"): void {
  for (const [flags, description] of SPECS) {
    const option = new Option(flags, description).hideHelp(where === "command");
    if (flags.startsWith("--identity")) option.argParser(appended);
    command.addOption(option);
    // commander takes a lone `--no-x` for true where it is not given, which the other side of the verb would then override.
    if (flags === "--no-input" || flags === "--no-nix") command.setOptionValue(flags.slice(5), undefined);
  }
}

/** Where those are explained, for the help of a command. */
export function globalOptionsText(program: string, width: number): string {
  const names = SPECS.map(([flags]) => flags.replace(/ .*/, "").replace(/,$/, ""));
  return `\nOptions of every command, explained by ${program} --help:\n${wrapped(names, { width, indent: "  " })}`;
}

/** Collects the values of an option that may be repeated. */
export function appended(value: string, before: unknown): string[] {
  return [...(Array.isArray(before) ? before.map(String) : []), value];
}

/** @param options of the command merged over those of the program */
export function globalRequest(options: Readonly<Record<string, unknown>>): GlobalRequest {
  const { C, config, rules, identity, color, input, nix } = options;
  return {
    directory: text(C),
    config: text(config),
    rules: text(rules),
    nix: nix !== false,
    identities: Array.isArray(identity) ? identity.map(String) : [],
    quiet: options["quiet"] === true,
    verbose: options["verbose"] === true,
    noInput: input === false,
    dryRun: options["dryRun"] === true,
    acceptReaders: options["acceptReaders"] === true,
    colour: typeof color === "boolean" ? color : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
