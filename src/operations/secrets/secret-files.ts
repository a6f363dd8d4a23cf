/**
 * Which files of the repository are secrets?
 *
 * Told by their content, never by their name: everything that git tracks or would track is looked at.
 */
import { basename, join } from "node:path";
import { AGE_PREFIX, isAge } from "../../documents/age/header-bytes.ts";
import { mayBeYaml, recognise } from "../../documents/recognise.ts";
import { SecretsError } from "../../errors.ts";
import { listFiles } from "../../git/listing.ts";
import { attempt } from "../../io/io-error.ts";
import { statOf, type Project } from "../project/project.ts";
import { documentOf } from "./file-kind.ts";

/** What is larger is not a sops document; an age file is told by its first bytes. */
const LARGEST = 64 * 1024 * 1024;

/** A file to look at; one that is named itself is taken as it is, whatever its content. */
export interface Candidate {
  /** Absolute. */
  readonly path: string;
  readonly isNamed: boolean;
}

/**
 * The secrets among these files and below these directories, sorted by path; without any, of the whole repository (outside
 * one, below the working directory). A link that is named stands for the file that it leads to.
 * @throws SecretsError `not-found`, `io`; `policy`: the one there is broken
 */
export async function secretFiles(project: Project, paths: readonly string[]): Promise<Candidate[]> {
  const roots = paths.length > 0 ? paths.map((path) => project.resolve(path)) : [await wholeTree(project)];
  const found = new Map<string, Candidate>();
  for (const root of roots) {
    const stat = await statOf(project, root);
    if (stat === undefined) {
      throw new SecretsError("not-found", "no such file", { at: { file: project.show(root) } });
    }
    if (stat.kind === "directory") {
      // Where nothing is ruled yet, nobody else would read the policy, and what is wrong with it would pass for order.
      await project.policy(join(root, "x"));
      for (const path of await below(project, root)) if (!found.has(path)) found.set(path, { path, isNamed: false });
    } else {
      const path = await withoutLink(project, root);
      found.set(path, { path, isNamed: true });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function withoutLink(project: Project, path: string): Promise<string> {
  const { files } = project.host;
  const stat = await attempt(project.show(path), "read", () => files.stat(path, { follow: false }));
  return stat?.kind === "symlink" ? attempt(project.show(path), "read", () => files.realpath(path)) : path;
}

/** The repository, or outside of one the working directory. */
export async function wholeTree(project: Project): Promise<string> {
  return (await project.repository(`${project.directory}/x`))?.root ?? project.directory;
}

async function below(project: Project, directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of await attempt(project.show(directory), "read", () => listFiles(project.host, directory))) {
    if (await isSecretFile(project, path)) found.push(path);
  }
  return found;
}

/** Symlinks are left to the file that they name. @throws SecretsError `io`: what cannot be read may be a secret. */
async function isSecretFile(project: Project, path: string): Promise<boolean> {
  const { files } = project.host;
  const shown = project.show(path);
  const stat = await attempt(shown, "read", () => files.stat(path, { follow: false }));
  if (stat?.kind !== "file") return false;
  const file = await attempt(shown, "read", () => files.open(path, "read"));
  try {
    const head = Buffer.alloc(AGE_PREFIX);
    const count = await file.read(head);
    if (isAge(head.subarray(0, count))) return true;
  } finally {
    await file.close();
  }
  if (stat.size > LARGEST) return false;
  const bytes = await attempt(shown, "read", () => files.read(path));
  const isMarked = recognise(bytes, path).kind === "sops" || mayBeYaml(bytes);
  return isMarked && (!PROSE.test(basename(path)) || (await isDocument(project, path, bytes)));
}

/** Explanations show what a sops file looks like. */
const PROSE = /^README|\.(?:md|mdx|markdown|rst|adoc|txt|html?)$/i;

async function isDocument(project: Project, path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return (await documentOf(project, path, { bytes })) !== undefined;
  } catch (error) {
    if (error instanceof SecretsError && (error.code === "malformed" || error.code === "unmerged")) return false;
    throw error;
  }
}
