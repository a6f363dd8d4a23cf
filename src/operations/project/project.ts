/**
 * What surrounds a file: its repository, its policy, and the available keys?
 *
 * Opened once per run. Policies are read when a file asks for them and kept; identities are loaded by need.
 */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { dressed, SecretsError } from "../../errors.ts";
import { findRepository, type Repository } from "../../git/repository.ts";
import { dryRun } from "../../io/dry-run-host.ts";
import type { FileStat, Host } from "../../io/host.ts";
import { isInside } from "../../io/inside.ts";
import { attempt } from "../../io/io-error.ts";
import type { IdentityRing, RingOptions } from "../identities/identities.ts";
import type { IdentityLocation } from "../identities/identity-sources.ts";
import { policies, type Policies } from "./policies.ts";
import { kept } from "../../words/remembered.ts";

export interface ProjectOptions {
  readonly host: Host;
  /** Directory that relative paths start from; the working directory if absent. */
  readonly directory?: string | undefined;
  /** Policy file to use instead of the nearest. */
  readonly config?: string | undefined;
  /** The same for rules of agenix. */
  readonly rules?: string | undefined;
  /** Whether nix-instantiate may evaluate rules that only Nix can evaluate; it may without. */
  readonly nix?: boolean | undefined;
  /** Identity files to use instead of every other source. */
  readonly identities?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
  /** Encrypt to keys that the user did not confirm, where only confirmed ones are wanted. */
  readonly acceptReaders?: boolean | undefined;
  /** Receives notes for the user, one line each; nothing secret is among them. */
  readonly tell?: ((line: string) => void) | undefined;
  /** Receives what has to be heard even by those who want no notes; `tell` if absent. */
  readonly say?: ((line: string) => void) | undefined;
  /** Receives warnings, each with the command that fixes it where there is one; `say` if absent. */
  readonly warn?: ((line: string, hint?: string) => void) | undefined;
  /** Called with the progress of work on many files: how many are done, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Receives what only `--verbose` shows. */
  readonly detail?: ((line: string) => void) | undefined;
}

export interface Project {
  readonly host: Host;
  readonly directory: string;
  readonly dryRun: boolean;
  readonly acceptReaders: boolean;
  readonly tell: (line: string) => void;
  readonly say: (line: string) => void;
  readonly warn: (line: string, hint?: string) => void;
  readonly detail: (line: string) => void;
  readonly progress: (done: number, total: number) => void;
  readonly identities: IdentityRing;
  /** The files that keys are read from, there or not. Opens none. */
  readonly identityFiles: () => Promise<readonly IdentityLocation[]>;
  /** Whether Nix may be asked what we cannot evaluate. */
  readonly nix: boolean;
  /** The policies that the user named instead of the nearest ones, absolute. */
  readonly named: readonly string[];
  /** An absolute path for what the user named. */
  readonly resolve: (path: string) => string;
  /** How a path is shown: relative to the working directory where it lies below it. */
  readonly show: (path: string) => string;
  readonly repository: (path: string) => Promise<Repository | undefined>;
  /** The policy of this file. @throws SecretsError `policy` where there is one, but broken. */
  readonly policy: Policies["of"];
  /** One of each kind that is around. @throws SecretsError `policy` */
  readonly policies: Policies["around"];
  readonly nearestPolicyFile: Policies["nearestFile"];
}

/** What stands in a word of the command line for bytes that are no UTF-8. */
const NOT_UTF8 = "\ufffd";

/** Opens the surroundings; reads nothing yet. */
export function createProject(options: ProjectOptions): Project {
  const host = options.dryRun === true ? dryRun(options.host) : options.host;
  const directory = resolve(host.system.cwd, options.directory ?? ".");
  const repositories = new Map<string, Promise<Repository | undefined>>();
  const detail = options.detail ?? ignore;
  const tell = options.tell ?? ignore;
  const say = options.say ?? tell;
  const warn =
    options.warn ??
    ((line, hint) => {
      say(`warning: ${line}`);
      if (hint !== undefined) say(`hint: ${hint}`);
    });
  const toAbsolute = (path: string) => {
    if (!path.includes(NOT_UTF8)) return resolve(directory, path);
    throw new SecretsError("usage", "the name is not UTF-8, so no file can be found by it", { at: { file: path } });
  };
  const show = (path: string) => shown(directory, path);

  const repository = (path: string) =>
    kept(repositories, dirname(path), () => findRepository(host.files, dirname(path)));
  const nix = options.nix ?? true;
  const named = [options.config, options.rules].filter((path) => path !== undefined).map(toAbsolute);
  const found = policies({ host, directory, show, detail, repository, nix, named, resolve: toAbsolute });

  return {
    host,
    directory,
    dryRun: options.dryRun ?? false,
    acceptReaders: options.acceptReaders ?? false,
    tell,
    say,
    warn,
    detail,
    progress: options.progress ?? ignore,
    identities: ringByNeed({ host, detail, warn, resolve: toAbsolute, only: options.identities ?? [] }),
    identityFiles: async () => {
      const { identityFiles } = await import("../identities/identity-sources.ts");
      return identityFiles({ host, resolve: toAbsolute, only: options.identities ?? [] });
    },
    nix,
    named,
    resolve: toAbsolute,
    show,
    repository,
    policy: found.of,
    policies: found.around,
    nearestPolicyFile: found.nearestFile,
  };
}

/**
 * Where lock and journal of a commit live: in git's common directory, else beside the policy, else beside the file, or where the first of
 * the directories will be made that it lacks.
 */
async function stateDirectory(project: Project, path: string): Promise<string> {
  const { files } = project.host;
  const repository = await project.repository(path);
  if (repository !== undefined) return join(repository.commonDirectory, "secrets");
  // Found, not read: whatever it says, and if it is broken, the next run must look at the same place.
  let directory = dirname((await project.nearestPolicyFile(path, undefined)) ?? path);
  while ((await files.stat(directory)) === undefined && dirname(directory) !== directory)
    directory = dirname(directory);
  return join(directory, ".secrets-state");
}

/** What `commit` and `recover` need to know of a state directory, beside where it is. */
export interface StateOptions {
  readonly state: string;
  /** Whether its notes may speak of this directory: of the same repository, in whatever worktree, or beside the same policy. */
  readonly belongs: (directory: string) => Promise<boolean>;
}

/** Where the notes on a write to `path` lie, and what they may speak of. `path` should be real, symlinks followed. */
export async function stateFor(project: Project, path: string): Promise<StateOptions> {
  const { files } = project.host;
  const real = (directory: string) => files.realpath(directory).catch(() => directory);
  const state = await stateDirectory(project, path);
  const repository = await project.repository(path);
  const belongs = async (directory: string) => {
    const own = await project.repository(join(directory, "x"));
    if (repository === undefined) return own === undefined && isInside(await real(dirname(state)), directory);
    return own !== undefined && (await real(own.commonDirectory)) === (await real(repository.commonDirectory));
  };
  return { state, belongs };
}

/** What is at a path, symlinks followed; undefined where nothing is. @throws SecretsError `io` */
export async function statOf(project: Project, path: string): Promise<FileStat | undefined> {
  return attempt(project.show(path), "read", () => project.host.files.stat(path));
}

/** @throws SecretsError `usage` for a directory, a pipe or a device */
export function requireFile(project: Project, path: string, stat: FileStat): void {
  if (stat.kind === "file") return;
  const what = stat.kind === "directory" ? "a directory" : "a pipe or a device";
  throw new SecretsError("usage", `this is ${what}, not a file`, { at: { file: project.show(path) } });
}

/** Whether a path asks for a whole-file age secret. */
export function isAgePath(path: string): boolean {
  return basename(path).endsWith(".age");
}

/** Adds the file's name to an error that a lower layer made without one: with a line in it, or with nothing. */
export function inFile(error: unknown, file: string): unknown {
  if (!(error instanceof SecretsError)) return error;
  if (error.at?.file !== "") return dressed(error, { at: { file } });
  return error.with({ at: { ...error.at, file } });
}

/** Does it, and lets every error out with the file's name. */
export async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inFile(error, file);
  }
}

/** What only looks never needs a key, and should not load what reads them. */
function ringByNeed(options: RingOptions): IdentityRing {
  let loading: Promise<IdentityRing> | undefined;
  const ring = () =>
    (loading ??= import("../identities/identities.ts").then(({ identityRing }) => identityRing(options)));
  return {
    wrap: async (recipient, fileKey) => (await ring()).wrap(recipient, fileKey),
    unwrap: async (opening) => (await ring()).unwrap(opening),
    canOpen: async (opening) => (await ring()).canOpen(opening),
    held: async () => (await ring()).held(),
    recipients: async () => (await ring()).recipients(),
    hasKeys: async () => (await ring()).hasKeys(),
    report: async (readers) => (await ring()).report(readers),
  };
}

function shown(directory: string, path: string): string {
  const inside = relative(directory, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

function ignore(): void {
  // nobody listens
}
