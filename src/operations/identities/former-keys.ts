/**
 * Whose was a key that the policy does not know any more?
 *
 * The policy names people, and files name keys. After somebody left, or changed a key, the name is only in the policy of an
 * earlier commit, or among the keys that this user confirmed. Looked for where a reader has no name, never otherwise.
 */
import { relative, sep } from "node:path";
import { readBlobs } from "../../git/blobs.ts";
import { findGit } from "../../git/git.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { readPolicy } from "../../policy/sources/index.ts";
import { pinFor } from "./confirmed-keys.ts";
import { surroundingsOf, type PolicyFile } from "../project/policies.ts";
import type { Project } from "../project/project.ts";

/** How many versions of the policy are looked at, the newest first. */
const VERSIONS = 20;

/** A key with the last name that it had. */
export interface FormerKey {
  readonly name: string;
  readonly key: Recipient;
}

/** By `Recipient.id`, without those that the policy knows today. What cannot be read is as good as not there. */
export async function formerKeys(project: Project, file: PolicyFile): Promise<ReadonlyMap<string, FormerKey>> {
  const cache = known.get(project) ?? new Map<string, Promise<ReadonlyMap<string, FormerKey>>>();
  known.set(project, cache);
  const loading = cache.get(file.path) ?? load(project, file);
  cache.set(file.path, loading);
  return loading;
}

const known = new WeakMap<Project, Map<string, Promise<ReadonlyMap<string, FormerKey>>>>();

async function load(project: Project, file: PolicyFile): Promise<ReadonlyMap<string, FormerKey>> {
  const found = new Map<string, FormerKey>();
  const take = (name: string, key: Recipient) => {
    if (!found.has(key.id) && file.policy.nameOf(key) === undefined) found.set(key.id, { name, key });
  };
  const { pin } = await pinFor(project, file.path, file.path);
  for (const [name, keys] of pin?.names ?? []) for (const key of keys) take(name, key);
  const surroundings = await surroundingsOf(project, file.path);
  for (const text of await formerTexts(project, file).catch(() => [])) {
    const policy = await readPolicy(Buffer.from(text), file.policy.file, surroundings).catch(() => undefined);
    for (const { name, keys } of policy?.members ?? []) for (const key of keys) take(name, key);
    for (const { name, key } of policy?.anchors ?? []) take(name, key);
  }
  return found;
}

/** What the policy said in the last commits that changed it, the newest first. */
async function formerTexts(project: Project, file: PolicyFile): Promise<string[]> {
  const repository = await project.repository(file.path);
  const git = repository === undefined ? undefined : await findGit(project.host, repository.root);
  if (git === undefined) return [];
  const path = relative(git.root, file.path).split(sep).join("/");
  const log = ["log", `--max-count=${VERSIONS}`, "--raw", "--no-abbrev", "--no-renames", "--format="];
  const answer = await git.ask([...log, "--", `:(top,literal)${path}`]);
  const oids = [...answer.toString("latin1").matchAll(/^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]\t/gm)].map(
    ([, oid = ""]) => oid,
  );
  const texts: string[] = [];
  await readBlobs(git, [...new Set(oids)], (_, bytes) => void texts.push(bytes?.toString("utf8") ?? ""));
  return texts;
}
