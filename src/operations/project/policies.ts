/**
 * Which policies are there around a file, and which of them rules it?
 *
 * Of each kind the nearest upward, up to the repository's root, or the one that somebody named instead. Read when a file asks for them,
 * and kept.
 */
import { dirname, isAbsolute, join, posix, relative, sep } from "node:path";
import { SecretsError } from "../../errors.ts";
import type { Repository } from "../../git/repository.ts";
import type { Host } from "../../io/host.ts";
import { readInput } from "../../io/input.ts";
import { governing, policyPlaces } from "../../policy/nearest.ts";
import type { Policy } from "../../policy/policy.ts";
import { namedSource, POLICY_SOURCES, readPolicy } from "../../policy/sources/index.ts";
import type { PolicySource, Surroundings } from "../../policy/sources/source.ts";
import { placed } from "../../words/phrases.ts";
import { kept } from "../../words/remembered.ts";
import { askNix, nixWorld } from "./nix-world.ts";

export interface PolicyFile {
  readonly policy: Policy;
  /** Absolute; rule paths are relative to its directory. */
  readonly path: string;
  readonly directory: string;
}

/** The path that rules are matched with: POSIX, relative to the policy, as sops does it (absolute where outside). */
export function policyPath(file: Pick<PolicyFile, "directory">, path: string): string {
  const inside = relative(file.directory, path);
  const useful = inside.startsWith("..") || isAbsolute(inside) ? path : inside;
  return sep === "/" ? useful : useful.split(sep).join(posix.sep);
}

/** What is needed to read a policy of the disk. */
interface OnDisk {
  readonly host: Host;
  readonly show: (path: string) => string;
  readonly repository: (path: string) => Promise<Repository | undefined>;
  /** Whether Nix may be asked what we cannot evaluate. */
  readonly nix: boolean;
}

interface Around extends OnDisk {
  /** The working directory. */
  readonly directory: string;
  readonly detail: (line: string) => void;
  /** The policies that the user named instead of those around, absolute. */
  readonly named: readonly string[];
  /** An absolute path for what the user named. */
  readonly resolve: (path: string) => string;
}

export interface Policies {
  /** Those around a path, the nearest first. @throws SecretsError `policy` where one is broken */
  readonly around: (path: string) => Promise<readonly PolicyFile[]>;
  /** The one that rules it, or would. @throws SecretsError `policy`, also where two do and differ */
  readonly of: (path: string) => Promise<PolicyFile | undefined>;
  /** Where the nearest file lies that has the name of a policy, whatever it says: without a root, anywhere above. */
  readonly nearestFile: (path: string, root: string | undefined) => Promise<string | undefined>;
}

/** Reads nothing yet. */
export function policies(around: Around): Policies {
  const { host, directory, show, detail, named, resolve } = around;
  const loaded = new Map<string, Promise<PolicyFile | undefined>>();
  const places = new Map<string, Promise<string | undefined>>();

  const load = async (path: string, subject: string): Promise<PolicyFile | undefined> => {
    const found = await kept(loaded, path, () => loadPolicy(around, { path, subject }));
    if (found?.policy.onlyFor === undefined || found.policy.onlyFor === policyPath(found, subject)) return found;
    return kept(loaded, `${path}\0${subject}`, () => loadPolicy(around, { path, subject }));
  };
  const loadNamed = async (path: string, subject: string): Promise<PolicyFile> => {
    const found = await kept(loaded, path, () => loadPolicy(around, { path, subject, isNamed: true }));
    if (found !== undefined) return found;
    throw new SecretsError("policy", "this is not a policy", { at: { file: show(path) } });
  };
  const rootOf = async (path: string) => (await around.repository(path))?.root;
  const isThere = async (path: string) => (await host.files.stat(path, { follow: false })) !== undefined;
  /** Where the nearest of one kind lies; what only has its name is passed over. */
  const search = async ({ places: names }: PolicySource, path: string): Promise<string | undefined> => {
    for (const candidate of policyPlaces(dirname(path), await rootOf(path), { names })) {
      if ((await isThere(candidate)) && (await load(candidate, path)) !== undefined) return candidate;
    }
    return undefined;
  };
  const nearest = async (source: PolicySource, path: string): Promise<PolicyFile | undefined> => {
    const variable = source.variable === undefined ? undefined : host.env[source.variable];
    if (variable !== undefined && variable !== "") return loadNamed(resolve(variable), path);
    const found = await kept(places, `${source.key}\0${dirname(path)}`, () => search(source, path));
    return found === undefined ? undefined : load(found, path);
  };
  const allAround = async (path: string): Promise<readonly PolicyFile[]> => {
    const searches =
      named.length > 0
        ? named.map((each) => loadNamed(each, path))
        : POLICY_SOURCES.map((source) => nearest(source, path));
    const found = (await Promise.all(searches)).filter((each) => each !== undefined);
    return found.sort((a, b) => b.directory.length - a.directory.length);
  };
  /** Says so where the working directory would give another one of the same kind, as sops would take it. */
  const compareWithHere = async ({ path }: PolicyFile, file: string): Promise<void> => {
    const source = namedSource(path);
    const here = await nearest(source, join(directory, "x"));
    if (here === undefined || here.path === path) return;
    detail(`${show(file)} is ruled by ${show(path)}; the working directory would give ${show(here.path)}`);
  };
  return {
    around: allAround,
    of: async (path) => {
      const candidates = (await allAround(path)).map((file) => ({
        file,
        policy: file.policy,
        ruling: file.policy.rule(policyPath(file, path)),
      }));
      const chosen = governing(candidates)?.file;
      if (chosen !== undefined && named.length === 0) await compareWithHere(chosen, path);
      return chosen;
    },
    nearestFile: async (path, root) => {
      for (const place of policyPlaces(dirname(path), root)) if (await isThere(place)) return place;
      return undefined;
    },
  };
}

/** @param path of the policy, absolute. @param subject what it is read for, relative to it */
export async function surroundingsOf(
  { host, show, repository, nix }: OnDisk,
  path: string,
  subject = "",
): Promise<Surroundings> {
  const root = (await repository(path))?.root ?? dirname(path);
  const ask = nix ? async (expression: string) => askNix(host, { root, file: show(path), expression }) : undefined;
  return { ...nixWorld(host, { root, show }), path, subject, askNix: ask };
}

interface Load {
  readonly path: string;
  /** The file that it is read for, absolute. */
  readonly subject: string;
  /** Whether somebody named it: it may be a pipe, or a directory as Nix imports one. */
  readonly isNamed?: boolean;
}

async function loadPolicy(
  { detail, ...disk }: Around,
  { path: given, subject, isNamed = false }: Load,
): Promise<PolicyFile | undefined> {
  const { host, show } = disk;
  const inDirectory = join(given, "default.nix");
  const path = isNamed && (await host.files.stat(inDirectory))?.kind === "file" ? inDirectory : given;
  const shown = show(path);
  const bytes = await readInput(host.files, { path, shown, pipes: isNamed }).catch((error: unknown) => {
    const why = error instanceof SecretsError ? `: ${error.message}` : "";
    throw new SecretsError("policy", `the policy cannot be read${why}`, { at: { file: shown }, cause: error });
  });
  const directory = dirname(path);
  const surroundings = await surroundingsOf(disk, path, policyPath({ directory }, subject));
  const policy = await readPolicy(bytes, shown, surroundings);
  for (const { at, message } of policy?.notes ?? []) detail(placed(at, message));
  return policy === undefined ? undefined : { policy, path, directory };
}
