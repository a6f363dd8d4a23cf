/**
 * What does a system error mean in words?
 *
 * Node's errors quote paths and calls in a form of their own; people get the file and the reason instead.
 */
import { SecretsError, systemErrorCode } from "../errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it already exists",
  EFBIG: "it is too large",
  EIO: "the disk reported an error",
  EISDIR: "it is a directory",
  ELOOP: "it is a symlink, or too many symlinks lead to it",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "its name is too long",
  ENFILE: "too many files are open on this machine",
  ENOKEY: "the file system's encryption key is not here",
  ENOLCK: "the network file system has no locks",
  ENOENT: "no such file or directory",
  ENOSPC: "no space is left on the device",
  ENOTDIR: "a part of its path is not a directory",
  ENOTEMPTY: "the directory is not empty",
  EOPNOTSUPP: "it is not a regular file",
  EPERM: "the operation is not permitted",
  EPIPE: "the reader has closed the pipe",
  EROFS: "the file system is read-only",
  ESTALE: "the network file system lost it",
  EUCLEAN: "the file system is damaged",
  ETXTBSY: "it is being executed",
  EXDEV: "it would cross file systems",
};

/** The system's code of an error (`ENOENT` …); undefined for one that did not come from the system. */
export const errorCode = systemErrorCode;

/**
 * A Node error as a `SecretsError` at `path`: `not-found` when it says that the file was not there to be read, else `io`.
 * `doing` is a verb: "read", "write", "create". What is not a system error (a `SecretsError`, a bug) comes back as it is.
 */
export function ioError(error: unknown, path: string, doing: string): Error {
  const code = errorCode(error);
  if (code === undefined)
    return error instanceof Error ? error : new Error("something was thrown that is not an error");
  const reason = reasons[code] ?? `the system says ${code}`;
  const missing = code === "ENOENT" && doing === "read";
  return new SecretsError(missing ? "not-found" : "io", missing ? reason : `cannot ${doing}: ${reason}`, {
    at: { file: path },
    cause: error,
  });
}

/** Does it, and lets system errors out as `ioError(error, path, doing)`. */
export async function attempt<T>(path: string, doing: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw ioError(error, path, doing);
  }
}

/** Does what may fail without harm, because the next run does it again. */
export async function quietly(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}
