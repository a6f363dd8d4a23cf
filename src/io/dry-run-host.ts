/**
 * What would be written, if it were?
 *
 * A host whose files stay as they are: what would change one does nothing. A commit does all that it can without a file of its own, so that
 * it fails where the real one would. Scratch directories are real: an editor must see them.
 */
import type { Host } from "./host.ts";

/** A dry run on top of a host: nothing reaches the disk, but what it prints, asks and runs is real. */
export function dryRun(real: Host): Host {
  const { files } = real;
  const scratch: string[] = [];
  const isScratch = (path: string): boolean => scratch.some((directory) => path.startsWith(`${directory}/`));
  const nothing = async (): Promise<void> => undefined;
  return {
    ...real,
    files: {
      ...files,
      isDry: true,
      open: async (path, how, mode) => {
        if (how === "create" && !isScratch(path)) throw new Error("a dry run makes no file");
        return files.open(path, how, mode);
      },
      chmod: (path, mode) => (isScratch(path) ? files.chmod(path, mode) : nothing()),
      remove: (path) => (isScratch(path) ? files.remove(path) : nothing()),
      removeDirectory: (path) => (isScratch(path) ? files.removeDirectory(path) : nothing()),
      rename: nothing,
      link: nothing,
      chown: nothing,
      makeDirectory: nothing,
      syncDirectory: nothing,
      removeScratch: nothing,
      makeScratch: async (path) => {
        const remove = await files.makeScratch(path);
        scratch.push(path);
        return remove;
      },
    },
  };
}
