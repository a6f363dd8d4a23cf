/**
 * Which versions of a file did git have before it was merged, or broken?
 *
 * Of an unfinished merge both sides are in the index, afterwards they are what the merge commit had for parents. Where there was
 * no merge, or its sides are broken too, there is the last version that is whole.
 */
import { readBlobs } from "./blobs.ts";
import { commitNamed } from "./changes.ts";
import { linesOf, type Git } from "./git.ts";
import type { Origin, Side } from "../text/merge-marks.ts";
import { pathsWith, treeEntries } from "./listing.ts";

/** More versions of one file are not looked at. */
const MOST = 100;
/** What is being merged into HEAD, where nothing is in the index of it any more. */
const HEADS = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD"];

/**
 * @param path POSIX, relative to the root
 * @param isWhole whether a version can be read
 * @throws SecretsError `io`
 */
export async function originOf(
  git: Git,
  path: string,
  isWhole: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Origin | undefined> {
  const side = async (name: string, oid: string | undefined): Promise<Side | undefined> => {
    if (oid === undefined) return undefined;
    const read: Uint8Array[] = [];
    await readBlobs(git, [oid], (_, bytes) => void (bytes !== undefined && read.push(bytes)));
    const [bytes] = read;
    return bytes !== undefined && (await isWhole(bytes)) ? { name, bytes } : undefined;
  };
  const ofCommit = async (name: string, shown = name) => side(shown, await idIn(git, name, path));
  const merged = (ours: Side | undefined, theirs: Side | undefined): Origin | undefined =>
    ours === undefined || theirs === undefined ? undefined : { kind: "merge", ours, theirs };

  const stages = await unmerged(git, path);
  const standing = merged(await side(":2", stages.get("2")), await side(":3", stages.get("3")));
  if (standing !== undefined) return standing;
  for (const head of HEADS) {
    const found = merged(await ofCommit("HEAD"), await ofCommit(head));
    if (found !== undefined) return found;
  }
  for (const [commit = "", first, second] of await versions(git, path)) {
    const short = (oid: string) => oid.slice(0, 10);
    const found =
      first === undefined || second === undefined
        ? undefined
        : merged(await ofCommit(first, short(first)), await ofCommit(second, short(second)));
    if (found !== undefined) return found;
    if ((await ofCommit(commit)) !== undefined) return { kind: "whole", name: short(commit) };
  }
  return undefined;
}

/** The ids of an unmerged path in the index, by stage: 2 is ours, 3 theirs. */
async function unmerged(git: Git, path: string): Promise<ReadonlyMap<string, string>> {
  const answer = await git.ask(["ls-files", "--unmerged", "-z", "--", `:(top,literal)${path}`]);
  return new Map(pathsWith(answer).map(({ fields: [, oid = "", stage = ""] }) => [stage, oid]));
}

/** The commits of HEAD that changed the path, the newest first, with those that had it before them. */
async function versions(git: Git, path: string): Promise<string[][]> {
  if ((await commitNamed(git, "HEAD")) === undefined) return [];
  const args = ["rev-list", `--max-count=${MOST}`, "--parents", "HEAD", "--", `:(top,literal)${path}`];
  return linesOf(await git.ask(args)).map((line) => line.split(" "));
}

/** The id of what a commit has at the path. */
async function idIn(git: Git, name: string, path: string): Promise<string | undefined> {
  const commit = await commitNamed(git, name);
  if (commit === undefined) return undefined;
  return (await treeEntries(git, commit, path)).find((entry) => entry.path === path && entry.kind === "file")?.oid;
}
