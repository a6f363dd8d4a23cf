/**
 * Which editor opens a secret, and how is it kept from leaving copies?
 *
 * Editors keep swap files, undo files, backups and registers far from the file that they edit. Each that we know is told not to; each
 * that would return at once is told to wait.
 */
import { basename, dirname } from "node:path";

import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";
import { ioError } from "./io-error.ts";
import { findProgram } from "./programs.ts";
import { splitWords } from "./words.ts";

/** Where a choice may stand, the first that is set and not blank wins. */
const variables = ["SECRETS_EDITOR", "SOPS_EDITOR", "VISUAL", "EDITOR"] as const;
const fallbacks = ["vim", "nano", "vi"] as const;

/** What must not reach a program that the user's settings may extend with anything: keys, passphrases, and Node's preloads. */
const privateVariables = /^SOPS_AGE_|^AGE_SECRET|_PRIVATE_KEY|PASSPHRASE|^SECRETS_.*(?:KEY|PASSWORD)|^NODE_OPTIONS$/i;

/**
 * After the user's own settings (`-c`), because those may switch it all on again. `silent!` and one command per option: what a
 * small build of vim lacks is not an error.
 */
const vimOptions = ["nobackup", "nowritebackup", "noundofile", "noswapfile", "viminfo=", "patchmode="];
const vimFlags = ["-n", "-i", "NONE", "-c", vimOptions.map((option) => `silent! set ${option}`).join(" | ")];

const emacsLisp =
  "(setq make-backup-files nil auto-save-default nil auto-save-list-file-prefix nil create-lockfiles nil undo-tree-auto-save-history nil)";

interface Habit {
  readonly names: RegExp;
  /** Arguments that keep it from leaving copies. */
  readonly flags?: readonly string[];
  /** The argument that makes it wait, with its other spellings. */
  readonly wait?: readonly [string, ...string[]];
  /** What cannot be switched off by an argument. */
  readonly warning?: string;
  /** Whether `+7` before the file opens it at line 7. */
  readonly plusLine?: boolean;
}

const history =
  "keeps a local history of what it saves; exclude secrets from it in its settings, or edit with another editor";

/** By the name of the program, or of the file that its symlinks lead to; the first that fits. */
const habits: readonly Habit[] = [
  {
    names: /^(?:gvim|mvim|gview|rgvim|vim\.gtk3?|vim\.gnome|vim\.athena|MacVim)$/,
    flags: vimFlags,
    wait: ["-f", "--nofork"],
    plusLine: true,
  },
  { names: /^(?:r?vim|view|rview|ex|vim\.[a-z0-9-]+|nvim)$/, flags: vimFlags, plusLine: true },
  { names: /^r?nano$/, flags: ["-I"], plusLine: true },
  { names: /^emacs(?:-.+)?$/, flags: ["--eval", emacsLisp], plusLine: true },
  { names: /^emacsclient(?:[.-].+)?$/, warning: "follows the settings of the running Emacs, backups included" },
  { names: /^micro$/, flags: ["-backup", "false", "-savehistory", "false", "-saveundo", "false"] },
  {
    names: /^(?:code|codium|vscodium|code-oss|cursor|windsurf|positron)(?:-insiders)?$/,
    wait: ["--wait", "-w"],
    warning: history,
  },
  {
    names: /^(?:idea|pycharm|webstorm|goland|clion|phpstorm|rubymine|rider|rustrover)(?:64)?$/,
    wait: ["--wait"],
    warning: history,
  },
  {
    names: /^(?:subl|sublime_text|zed|zeditor|zedit|atom|pulsar|mate|bbedit|lapce|gedit|xed|pluma)$/,
    wait: ["--wait", "-w"],
  },
  { names: /^(?:kate|kwrite)$/, wait: ["--block", "-b"] },
  { names: /^open$/, wait: ["-W", "-Wn", "-nW"] },
];

export interface Editor {
  /** Absolute program and arguments; the file comes last. */
  readonly argv: readonly [string, ...string[]];
  /** What the user should know before a secret is opened in it. */
  readonly warning: string | undefined;
  /** Whether `+7` before the file opens it at line 7. */
  readonly plusLine: boolean;
}

/**
 * The editor of the environment (SECRETS_EDITOR, SOPS_EDITOR, VISUAL, EDITOR, in this order), else vim, nano or vi from PATH, with the
 * arguments that it needs. Throws `usage` for a variable that cannot be split into words, `editor` where there is none.
 * @internal
 */
export async function chooseEditor(host: Host): Promise<Editor> {
  for (const variable of variables) {
    const text = host.env[variable]?.trim();
    if (text === undefined || text === "") continue;
    const [name, ...args] = inVariable(variable, text);
    if (name === undefined) continue;
    const program = await findProgram(host, name);
    if (program !== undefined) return withHabits(host, { program, args });
    throw new SecretsError("editor", `the editor in ${variable} was not found: ${name.slice(0, 100)}`, {
      hint: `set ${variable} to an editor that is installed`,
    });
  }
  for (const name of fallbacks) {
    const program = await findProgram(host, name);
    if (program !== undefined) return withHabits(host, { program, args: [] });
  }
  throw new SecretsError("editor", "no editor found: neither vim, nano nor vi is on PATH", {
    hint: "set EDITOR to your editor",
  });
}

/**
 * Opens an editor on a file and waits until it is closed. The file's directory is the place for temporary files too. Throws `editor` when it
 * fails (not found, exit code, signal), `usage` as `chooseEditor`, and `interrupted` when SIGTERM or SIGHUP was sent to us meanwhile,
 * with the signal's name as its cause.
 */
export async function openEditor(
  host: Host,
  path: string,
  options: { readonly warn?: ((line: string) => void) | undefined; readonly line?: number | undefined } = {},
): Promise<void> {
  const { argv, warning, plusLine } = await chooseEditor(host);
  const place = plusLine && options.line !== undefined ? [`+${options.line}`] : [];
  if (warning !== undefined) options.warn?.(warning);
  const child = await host
    .run([...argv, ...place, path], { terminal: "inherit", env: editorEnvironment(host, dirname(path)) })
    .catch((error: unknown) => {
      const failure = ioError(error, argv[0], "start the editor");
      throw failure instanceof SecretsError ? new SecretsError("editor", failure.message, { at: failure.at }) : failure;
    });
  if (child.forwarded !== undefined) {
    throw new SecretsError("interrupted", `ended by ${child.forwarded}`, { cause: child.forwarded });
  }
  if (child.code === 0) return;
  const how =
    child.code === undefined ? `was killed by ${child.signal ?? "a signal"}` : `ended with exit code ${child.code}`;
  throw new SecretsError("editor", `the editor ${how}; nothing was changed`);
}

function inVariable(variable: string, text: string): string[] {
  try {
    return splitWords(text);
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    const hint = `quote it as in a shell: ${variable}='code --wait'`;
    throw error.with({ message: `${variable}: ${error.message}`, hint });
  }
}

async function withHabits(
  host: Host,
  { program, args }: { program: string; args: readonly string[] },
): Promise<Editor> {
  const real = await host.files.realpath(program).catch(() => program);
  const names = [program, real].map((path) => basename(path).replace(/\.(?:exe|cmd)$/i, ""));
  const habit = habits.find((entry) => names.some((name) => entry.names.test(name))) ?? (await plainVi(host, real));
  const { flags = [], wait, warning, plusLine = false } = habit ?? {};
  const waiting = wait === undefined || args.some((arg) => wait.includes(arg)) ? [] : [wait[0]];
  return {
    // Before the user's own: those may end with `--`.
    argv: [program, ...waiting, ...flags, ...args],
    warning: warning === undefined ? undefined : `${names[0]} ${warning}`,
    plusLine,
  };
}

/** A file that is really called `vi` is a vim on some systems and on others one that knows none of vim's arguments. */
async function plainVi(host: Host, real: string): Promise<Habit | undefined> {
  if (basename(real) !== "vi") return undefined;
  const child = await host.run([real, "--version"], { terminal: "capture" }).catch(() => undefined);
  const isVim = child !== undefined && new TextDecoder().decode(child.stdout).startsWith("VIM");
  return isVim ? { names: /^vi$/, flags: vimFlags, plusLine: true } : undefined;
}

function editorEnvironment(host: Host, directory: string): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(host.env).filter(([name]) => !privateVariables.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: directory, TMP: directory, TEMP: directory };
}
