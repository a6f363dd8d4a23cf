import type { FileSubject } from "../../src/findings/finding.ts";

/** A file of which nothing else is known. */
export function subjectOf(known: Pick<FileSubject, "path" | "content"> & Partial<FileSubject>): FileSubject {
  return {
    file: known.path,
    show: (path) => path,
    governed: undefined,
    policyFile: undefined,
    keys: [],
    holder: () => undefined,
    recipientId: () => Promise.resolve(undefined),
    tracked: true,
    origin: () => Promise.resolve(undefined),
    governs: () => undefined,
    now: new Date(0),
    ...known,
  };
}
