/**
 * Which kinds of policy are there?
 *
 * One file each, and one line here. Loads no parser before a policy is read.
 */
import type { Policy } from "../policy.ts";
import { secretsNix } from "./secrets-nix.ts";
import { sopsYaml } from "./sops-yaml.ts";
import type { PolicySource, Surroundings } from "./source.ts";

/** The first is what somebody without a policy should write. */
export const POLICY_SOURCES: readonly [PolicySource, ...PolicySource[]] = [sopsYaml, secretsNix];

const [FIRST] = POLICY_SOURCES;

/** The policy to write where there is none. */
export const FIRST_SOURCE: PolicySource = FIRST;

/** Every place of a policy in a directory, POSIX. */
export const POLICY_PLACES: readonly string[] = POLICY_SOURCES.flatMap(({ places }) => places);

/** Names in a directory that are meant for a policy and that nobody reads. */
export const MISNAMED: readonly string[] = POLICY_SOURCES.flatMap(({ misnamed }) => misnamed);

/** The kind of policy that a file of this path is. @param path POSIX */
function sourceOf(path: string): PolicySource | undefined {
  return POLICY_SOURCES.find(({ places }) => endsWithOne(path, places));
}

/** Whether a file of this path is a policy. @param path POSIX */
export function isPolicyFile(path: string): boolean {
  return sourceOf(path) !== undefined;
}

/** Tells which files these policies may read. @param policies POSIX, as the paths that are asked about */
export function readBy(policies: readonly string[]): (path: string) => boolean {
  const kinds = new Set(policies.map(sourceOf));
  const readers = POLICY_SOURCES.filter((source) => kinds.has(source)).flatMap(({ mayRead }) => mayRead ?? []);
  return (path) => readers.some((mayRead) => mayRead(path));
}

/** Whether a file of this path can only be meant for a policy, and is none. @param path POSIX */
export function isMisnamedPolicy(path: string): boolean {
  return endsWithOne(
    path,
    MISNAMED.filter((name) => name.startsWith(".")),
  );
}

/** What a file that is meant for a policy has to be called. @param path POSIX */
export function properName(path: string): string | undefined {
  return POLICY_SOURCES.find(({ misnamed }) => endsWithOne(path, misnamed))?.name;
}

/** The kind of a policy that was named, whatever its name. @param path POSIX */
export function namedSource(path: string): PolicySource {
  return sourceOf(path) ?? POLICY_SOURCES.find(({ ending }) => path.endsWith(ending)) ?? FIRST_SOURCE;
}

/** @returns undefined where the file only has the name of a policy. @throws SecretsError `policy` */
export async function readPolicy(bytes: Uint8Array, file: string, around: Surroundings): Promise<Policy | undefined> {
  return namedSource(around.path).read(bytes, file, around);
}

function endsWithOne(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.endsWith(`/${name}`));
}
