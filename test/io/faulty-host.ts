/** What if the n-th step of a write goes wrong? A host whose files count every call that changes something, and fail at one. */
import type { Files, Host, OpenFile } from "../../src/io/host.ts";

/** Called around the step: before it, in its place for a write (to tear it), after it. */
export interface Fault {
  readonly before?: () => void;
  /** Instead of a write; answers how many bytes reach the disk before `after` is called. */
  readonly torn?: (length: number) => number;
  readonly after?: () => void;
}

/** The host with `fault(n)` asked for the n-th changing call, n from 1; undefined: all goes well. */
export function faultyHost(
  real: Host,
  fault: (n: number, name: string) => Fault | undefined,
): { readonly host: Host; readonly steps: () => number } {
  let count = 0;
  const step = async <T>(name: string, action: (torn: Fault["torn"]) => Promise<T>): Promise<T> => {
    count += 1;
    const trouble = fault(count, name);
    trouble?.before?.();
    try {
      return await action(trouble?.torn);
    } finally {
      trouble?.after?.();
    }
  };
  const opened = (file: OpenFile): OpenFile => ({
    read: (buffer) => file.read(buffer),
    write: (bytes) =>
      step("write", (torn) => file.write(torn === undefined ? bytes : bytes.subarray(0, torn(bytes.length)))),
    sync: () => step("sync", () => file.sync()),
    close: () => file.close(),
  });
  const { files } = real;
  const faulty: Files = {
    ...files,
    open: async (path, how, mode) => {
      if (how !== "create") return files.open(path, how, mode);
      let file: OpenFile | undefined;
      try {
        return opened(await step("create", async () => (file = await files.open(path, how, mode))));
      } catch (error) {
        await file?.close();
        throw error;
      }
    },
    chmod: (path, mode) => step("chmod", () => files.chmod(path, mode)),
    chown: (path, uid, gid) => step("chown", () => files.chown(path, uid, gid)),
    rename: (from, to) => step("rename", () => files.rename(from, to)),
    link: (from, to) => step("link", () => files.link(from, to)),
    remove: (path) => step("remove", () => files.remove(path)),
    removeDirectory: (path) => step("removeDirectory", () => files.removeDirectory(path)),
    makeDirectory: (path, mode) => step("makeDirectory", () => files.makeDirectory(path, mode)),
    syncDirectory: (path) => step("syncDirectory", () => files.syncDirectory(path)),
  };
  return { host: { ...real, files: faulty }, steps: () => count };
}

/** What libuv has no name for, so that Node shows the number (Linux). */
const unnamed: Readonly<Record<string, number>> = { EDQUOT: 122, ESTALE: 116 };

/** An error as Node makes it of what the system says. */
export function systemError(code: string): Error {
  const number = unnamed[code];
  const fields = number === undefined ? { code } : { code: `Unknown system error -${number}`, errno: -number };
  return Object.assign(new Error(`${fields.code}: injected`), fields, { syscall: "write" });
}
