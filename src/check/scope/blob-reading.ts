/**
 * How are blobs and files read in one go, those first that the others are judged by?
 */
import { MAX_BLOB, readBlobs } from "../../git/blobs.ts";
import type { Git } from "../../git/git.ts";
import type { Entry } from "../../git/listing.ts";
import type { Files } from "../../io/host.ts";
import { ioError } from "../../io/io-error.ts";
import { needlesIn } from "../../findings/reading/needles.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import { isPolicyFile, POLICY_PLACES, readBy } from "../../policy/sources/index.ts";
import type { Unchecked } from "./scope.ts";

/** Files that are open at one time. */
const AT_ONCE = 16;

/** Said of what is too large for one text in memory. */
const TOO_LARGE = "it is too large to be checked";

/** The names of the files that say how others are judged. */
export const FRAME_NAMES = [...POLICY_PLACES, SETTINGS_FILE];

/** Whether this is one of them. */
export function isFrameFile(path: string): boolean {
  return isPolicyFile(path) || path === SETTINGS_FILE;
}

/** Which files of a moment judge others, by themselves or because a policy of it may read them. */
export function judging(moment: readonly Pick<Entry, "path">[]): (path: string) => boolean {
  const isRead = readBy(moment.map(({ path }) => path).filter(isPolicyFile));
  return (path) => isFrameFile(path) || isRead(path);
}

/** What judges files is not a symbolic link: sops would follow it, git does not publish where it leads. */
export function linkedFrame(entries: readonly Entry[], show: (path: string) => string): Unchecked[] {
  return entries
    .filter(({ path, kind }) => kind === "link" && isFrameFile(path))
    .map(({ path }) => ({
      file: show(path),
      reason: "it is a symlink, so it is not used here",
      hint: "replace it with a file",
    }));
}

/** An index or tree entry to be looked at, with what is to be known of it afterwards. */
export interface Wanted<Mark> extends Entry {
  readonly mark: Mark;
}

/**
 * Hands over the content of every entry, the frame's files before all others. Equal blobs are read once.
 * @param frameRead is called once, between the frame's files and the others.
 */
export async function readEntries<Mark>(
  git: Git,
  entries: readonly Wanted<Mark>[],
  take: {
    readonly blob: (entry: Wanted<Mark>, bytes: Buffer) => void | Promise<void>;
    readonly frameRead: () => Promise<void>;
    readonly unchecked: (unchecked: Unchecked) => void;
  },
): Promise<void> {
  const frame = byOid(entries.filter(({ path, kind }) => kind === "file" && isFrameFile(path)));
  const others = byOid(entries.filter(({ path, kind }) => kind === "link" || (kind === "file" && !isFrameFile(path))));
  let left = frame.size;
  if (left === 0) await take.frameRead();
  // By their hashes what is parsed lies scattered among what is only searched, so that git unpacks while we parse.
  const oids = [...frame.keys(), ...[...others.keys()].sort()];
  let index = 0;
  await readBlobs(git, oids, async (_, bytes) => {
    const oid = oids[index] ?? "";
    const isFrame = index < frame.size;
    index += 1;
    for (const entry of (isFrame ? frame : others).get(oid) ?? []) {
      // Git publishes the text of a link whatever it is: most are no more than a path.
      const isPath = () => bytes === undefined || (!bytes.includes(0x0a) && !needlesIn(bytes).key);
      if (entry.kind === "link" && isPath()) continue;
      if (bytes !== undefined) await take.blob(entry, bytes);
      else take.unchecked({ file: entry.path, reason: `git does not have its content here, or ${TOO_LARGE}` });
    }
    if (!isFrame) return;
    left -= 1;
    if (left === 0) await take.frameRead();
  });
}

function byOid<Mark>(entries: readonly Wanted<Mark>[]): Map<string, Wanted<Mark>[]> {
  const found = new Map<string, Wanted<Mark>[]>();
  for (const entry of entries) {
    const same = found.get(entry.oid);
    if (same === undefined) found.set(entry.oid, [entry]);
    else same.push(entry);
  }
  return found;
}

/**
 * Hands over the content of files on disk, in their order, several being read at a time. Symbolic links are no content.
 * @param paths absolute.
 */
export async function readFiles(
  files: Files,
  paths: readonly string[],
  take: {
    readonly file: (path: string, bytes: Uint8Array) => Promise<void>;
    readonly failed: (path: string, error: Error) => void;
  },
): Promise<void> {
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const some = paths.slice(start, start + AT_ONCE);
    const read = await Promise.all(some.map(async (path) => readOne(files, path)));
    for (const [index, path] of some.entries()) {
      const content = read[index];
      if (content instanceof Error) take.failed(path, content);
      else if (content !== undefined) await take.file(path, content);
    }
  }
}

/** Undefined for what is gone, a link, a directory, a pipe or a device; an error for what cannot be read, or is too large. */
export async function readOne(files: Files, path: string): Promise<Uint8Array | Error | undefined> {
  try {
    const stat = await files.stat(path, { follow: false });
    if (stat?.kind !== "file") return undefined;
    return stat.size > MAX_BLOB ? new Error(TOO_LARGE) : await files.read(path);
  } catch (error) {
    return ioError(error, path, "read");
  }
}
