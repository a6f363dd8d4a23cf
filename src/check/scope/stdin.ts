/**
 * What would standard input be at this path?
 */
import { dirname, join } from "node:path";
import { findRepository } from "../../git/repository.ts";
import { MAX_BLOB } from "../../git/blobs.ts";
import { collect } from "../../io/stream.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import type { Project } from "../../operations/project/project.ts";
import { settingsOnDisk } from "../judge/check-rules.ts";
import { posixPath } from "./inside.ts";
import { policyPlaces } from "../../policy/nearest.ts";
import { policiesOnDisk, type PolicyText } from "../context/policies.ts";
import type { Scope } from "./scope.ts";

/** @param path absolute: where the content belongs. */
export async function stdinScope(project: Project, path: string): Promise<Scope> {
  const { host, named } = project;
  const { files } = host;
  const root = (await findRepository(files, dirname(path)))?.root ?? dirname(path);
  const read = async (file: string): Promise<Uint8Array | undefined> =>
    (await files.stat(file))?.kind === "file" ? files.read(file) : undefined;
  return {
    mode: "stdin",
    root,
    git: undefined,
    listing: () => Promise.resolve([posixPath(root, path)]),
    commits: 0,
    read: async (take) => {
      const texts: PolicyText[] = [];
      const candidates = named.length === 0 ? policyPlaces(dirname(path), root) : named;
      for (const candidate of candidates) {
        const bytes = await read(candidate);
        if (bytes !== undefined) texts.push({ path: posixPath(root, candidate), bytes });
      }
      const policies = await policiesOnDisk(project, root, texts);
      const settings = settingsOnDisk(project, root)(await read(join(root, SETTINGS_FILE)));
      await take.frame({ policies: [policies], settings, lint: new Set() });
      const bytes = await collect(project.host.streams.stdin(), MAX_BLOB);
      await take.version({ path: posixPath(root, path), bytes, tracked: true, commit: undefined });
    },
  };
}
