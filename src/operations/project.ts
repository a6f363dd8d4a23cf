/**
 * What surrounds a file: its repository, its policy, and the keys at hand?
 *
 * Opened once per run. Policies are read when a file asks for them and kept; identities are loaded by need.
 */
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { dressed, SecretsError, type Position } from "../errors.ts";
import { findRepository, type Repository } from "../git/repository.ts";
import { dryRun } from "../io/dry-run-host.ts";
import type { FileStat, Host } from "../io/host.ts";
import { attempt } from "../io/io-error.ts";
import { shellWord } from "../io/words.ts";
import type { Policy, Ruling } from "../policy/policy.ts";
import { identityRing, type IdentityRing } from "./identities.ts";

export interface ProjectOptions {
  readonly host: Host;
  /** Directory that relative paths start from; the working directory if absent. */
  readonly directory?: string | undefined;
  /** Policy file to use instead of the nearest `.sops.yaml`. */
  readonly config?: string | undefined;
  /** Identity files to use instead of every other source. */
  readonly identities?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
  /** Receives notes for the user, one line each; nothing secret is among them. */
  readonly tell?: ((line: string) => void) | undefined;
  /** Receives what should be heard even by those who want no notes. */
  readonly warn?: ((line: string) => void) | undefined;
  /** Hears of work on many files: how many are done, of how many. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Receives what only `--verbose` shows. */
  readonly detail?: ((line: string) => void) | undefined;
}

export interface PolicyFile {
  readonly policy: Policy;
  /** Absolute; rule paths are relative to its directory. */
  readonly path: string;
  readonly directory: string;
}

export interface Project {
  readonly host: Host;
  readonly directory: string;
  readonly dryRun: boolean;
  readonly tell: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly detail: (line: string) => void;
  readonly progress: (done: number, total: number) => void;
  readonly identities: IdentityRing;
  /** An absolute path for what the user named. */
  readonly resolve: (path: string) => string;
  /** How a path is shown: relative to the working directory where it lies below it. */
  readonly show: (path: string) => string;
  readonly repository: (path: string) => Promise<Repository | undefined>;
  /** The policy of this file. @throws SecretsError `policy` where there is one, but broken. */
  readonly policy: (path: string) => Promise<PolicyFile | undefined>;
}

/** What stands in a word of the command line for bytes that are no UTF-8. */
const NOT_UTF8 = "\ufffd";

/** Opens the surroundings; reads nothing yet. */
export function createProject(options: ProjectOptions): Project {
  const host = options.dryRun === true ? dryRun(options.host).host : options.host;
  const directory = resolve(host.system.cwd, options.directory ?? ".");
  const repositories = new Map<string, Promise<Repository | undefined>>();
  const policies = new Map<string, Promise<PolicyFile | undefined>>();
  const detail = options.detail ?? ignore;
  const tell = options.tell ?? ignore;
  const warn = options.warn ?? tell;
  const toAbsolute = (path: string) => {
    if (!path.includes(NOT_UTF8)) return resolve(directory, path);
    throw new SecretsError("usage", "the name is not UTF-8, so no file can be found by it", { at: { file: path } });
  };
  const show = (path: string) => shown(directory, path);

  const repository = (path: string) =>
    remembered(repositories, dirname(path), () => findRepository(host.files, dirname(path)));
  const load = (path: string) => remembered(policies, path, () => loadPolicy(host, path, show(path)));

  return {
    host,
    directory,
    dryRun: options.dryRun ?? false,
    tell,
    warn,
    detail,
    progress: options.progress ?? ignore,
    identities: identityRing({ host, detail, warn, resolve: toAbsolute, only: options.identities ?? [] }),
    resolve: toAbsolute,
    show,
    repository,
    policy: async (path) => {
      if (options.config !== undefined) return load(toAbsolute(options.config));
      const found = await nearestPolicy(host, path, (await repository(path))?.root);
      if (found === undefined) return undefined;
      const fromHere = await nearestPolicy(host, join(directory, "x"), (await repository(join(directory, "x")))?.root);
      if (fromHere !== undefined && fromHere !== found) {
        detail(`${show(path)} is ruled by ${show(found)}; the working directory would give ${show(fromHere)}`);
      }
      return load(found);
    },
  };
}

/** The nearest `.sops.yaml` upward from a file, no further than the repository's root. */
async function nearestPolicy(host: Host, path: string, root: string | undefined): Promise<string | undefined> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const candidate = join(directory, ".sops.yaml");
    if ((await host.files.stat(candidate))?.kind === "file") return candidate;
    if (directory === root || directory === dirname(directory)) return undefined;
  }
}

async function loadPolicy(host: Host, path: string, shownPath: string): Promise<PolicyFile> {
  const [{ parsePolicy }, bytes] = await Promise.all([
    import("../policy/sops-yaml.ts"),
    host.files.read(path).catch((error: unknown) => {
      throw new SecretsError("policy", "the policy cannot be read", { at: { file: shownPath }, cause: error });
    }),
  ]);
  const policy = await parsePolicy(new TextDecoder().decode(bytes), shownPath);
  return { policy, path, directory: dirname(path) };
}

/** A file with what the policy says of it. */
export interface Ruled {
  readonly file: PolicyFile;
  readonly ruling: Ruling;
}

/**
 * The rule of a file, or undefined where no policy or no rule covers it.
 * @param path absolute
 * @throws SecretsError `policy`
 */
export async function ruleOf(project: Project, path: string): Promise<Ruled | undefined> {
  const file = await project.policy(path);
  const ruling = file?.policy.rule(policyPath(file, path));
  return file === undefined || ruling === undefined ? undefined : { file, ruling };
}

/**
 * The same for a verb that writes.
 * @throws SecretsError `no-rule` with the line to add; `usage` for a directory; `refused` where a symlink leads to a file
 * with other readers
 */
export async function requireRule(project: Project, path: string): Promise<Ruled> {
  const at = { file: project.show(path) };
  const stat = await statOf(project, path);
  if (stat !== undefined) requireFile(project, path, stat);
  const file = await project.policy(path);
  if (file === undefined) {
    throw new SecretsError("no-rule", "there is no policy for this file (no .sops.yaml here or above)", {
      at,
      hint: "write a .sops.yaml at the root of the repository (`.sops.yaml.example` shows how), or name one with --config",
    });
  }
  const inside = policyPath(file, path);
  const ruling = file.policy.rule(inside);
  if (ruling === undefined) {
    throw new SecretsError("no-rule", `no rule of ${project.show(file.path)} covers this path`, {
      at,
      hint: `add a line under \`secrets:\` in ${project.show(file.path)}:  ${inside}: [NAME]`,
    });
  }
  const ruled = { file, ruling };
  await refuseOtherReaders(project, path, ruled);
  return ruled;
}

/** Through a symlink the bytes land in another file, whose own rule must not be got around. */
async function refuseOtherReaders(project: Project, path: string, ruled: Ruled): Promise<void> {
  const real = await realPath(project, path, ruled.file.directory);
  if (real === path) return;
  const other = (await ruleOf(project, real))?.ruling;
  if (other === undefined || sameReaders(other, ruled.ruling)) return;
  throw new SecretsError("refused", `a link leads to ${project.show(real)}, whose rule names other readers`, {
    at: { file: project.show(path) },
    hint: `name the file itself: ${shellWord(project.show(real))}`,
  });
}

/** Where the path really leads, in the words that the policy's directory was reached by. */
async function realPath(project: Project, path: string, base: string): Promise<string> {
  const { realpath } = project.host.files;
  return attempt(project.show(path), "read", async () => {
    let existing = path;
    while ((await project.host.files.stat(existing)) === undefined) existing = dirname(existing);
    const real = join(await realpath(existing), relative(existing, path));
    const inside = relative(await realpath(base), real);
    return inside.startsWith("..") || isAbsolute(inside) ? real : join(base, inside);
  });
}

function sameReaders(a: Ruling, b: Ruling): boolean {
  const ids = (ruling: Ruling) => new Set(ruling.readers.flatMap((reader) => reader.keys.map(({ id }) => id)));
  const [left, right] = [ids(a), ids(b)];
  return left.size === right.size && [...left].every((id) => right.has(id));
}

/** As `ruleOf`, for verbs that only read: a broken policy is told and passed over. */
export async function ruleForReading(project: Project, path: string): Promise<Ruled | undefined> {
  try {
    return await ruleOf(project, path);
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code !== "policy") throw error;
    if (!toldOf.has(error)) project.warn(`warning: ${placeText(error.at)}${error.message}`);
    toldOf.add(error);
    return undefined;
  }
}

/** A policy is loaded once, and so its error is one object: it is told once, however many files it rules. */
const toldOf = new WeakSet<SecretsError>();

/** `FILE:LINE:COLUMN: `, as far as they are known. */
export function placeText(at: Position | undefined): string {
  const parts = [at?.file, at?.line, at?.column].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : `${parts.join(":")}: `;
}

/** The path that rules are matched with: POSIX, relative to the policy, as sops does it (absolute where outside). */
function policyPath(file: PolicyFile, path: string): string {
  const inside = relative(file.directory, path);
  const useful = inside.startsWith("..") || isAbsolute(inside) ? path : inside;
  return sep === "/" ? useful : useful.split(sep).join("/");
}

/** Where lock and journal of a commit live: in git's common directory, else beside the policy, else beside the file. */
export async function stateDirectory(project: Project, path: string): Promise<string> {
  const repository = await project.repository(path);
  if (repository !== undefined) return join(repository.commonDirectory, "secrets");
  const file = await project.policy(path).catch(() => undefined);
  return join(file?.directory ?? dirname(path), ".secrets-state");
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
  const { code, message, hint, notes, cause } = error;
  return new SecretsError(code, message, { hint, notes, cause, at: { ...error.at, file } });
}

function shown(directory: string, path: string): string {
  const inside = relative(directory, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

function remembered<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

function ignore(): void {
  // nobody listens
}
