/** Which options does every command understand, before or behind the verb? */
import { flag, listOption, textOption, type Invocation, type OptionSpec } from "../commands/command.ts";

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

export const globalOptions: readonly OptionSpec[] = [
  { flags: "-C <directory>", description: "run as if started in this directory" },
  { flags: "--config <file>", description: "use this policy file instead of the nearest .sops.yaml" },
  { flags: "--rules <file>", description: "use this file of agenix rules instead of the nearest secrets.nix" },
  { flags: "--no-nix", description: "never run nix-instantiate for rules that only Nix can evaluate" },
  { flags: "--identity <file>", description: "use only these identities (repeatable)", repeatable: true },
  { flags: "-q, --quiet", description: "say nothing but errors, warnings and who gains access" },
  { flags: "-v, --verbose", description: "print more detail" },
  { flags: "--color", description: "use colour even where it would be off" },
  { flags: "--no-color", description: "use no colour" },
  { flags: "--no-input", description: "never ask; fail instead" },
  { flags: "-n, --dry-run", description: "do everything except write" },
];

/** What they ask for; one that a program does not have was not given. */
export function globalRequest(invocation: Invocation): GlobalRequest {
  const { color, input, nix } = invocation.options;
  return {
    directory: textOption(invocation, "C"),
    config: textOption(invocation, "config"),
    rules: textOption(invocation, "rules"),
    nix: nix !== false,
    identities: listOption(invocation, "identity"),
    quiet: flag(invocation, "quiet"),
    verbose: flag(invocation, "verbose"),
    noInput: input === false,
    dryRun: flag(invocation, "dryRun"),
    acceptReaders: flag(invocation, "acceptReaders"),
    colour: typeof color === "boolean" ? color : undefined,
  };
}
