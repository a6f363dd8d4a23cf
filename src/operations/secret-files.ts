/**
 * Which files of the repository are secrets?
 *
 * Told by their content, never by their name: everything that git tracks or would track is looked at.
 */
import { recognise } from "../documents/recognise.ts";
import { SecretsError } from "../errors.ts";
import { listFiles } from "../git/repository.ts";
import { isAge } from "./age-secret.ts";
import type { Project } from "./project.ts";

/** What is larger is no sops document; an age file is told by its first bytes. */
const LARGEST = 64 * 1024 * 1024;
const HEAD = 128;

/**
 * Absolute paths, sorted: the secrets among these files and below these directories; without any, of the whole repository
 * (outside one, below the working directory). A file that is named itself is taken as it is.
 * @throws SecretsError `not-found`
 */
export async function secretFiles(project: Project, paths: readonly string[]): Promise<string[]> {
  const { files } = project.host;
  const roots = paths.length > 0 ? paths.map((path) => project.resolve(path)) : [await wholeTree(project)];
  const found = new Set<string>();
  for (const root of roots) {
    const stat = await files.stat(root);
    if (stat === undefined) {
      throw new SecretsError("not-found", "there is no such file", { at: { file: project.show(root) } });
    }
    if (stat.kind !== "directory") found.add(root);
    else for (const path of await below(project, root)) found.add(path);
  }
  return [...found].sort();
}

async function wholeTree(project: Project): Promise<string> {
  return (await project.repository(`${project.directory}/x`))?.root ?? project.directory;
}

async function below(project: Project, directory: string): Promise<string[]> {
  const repository = await project.repository(`${directory}/x`);
  const found: string[] = [];
  for (const path of await listFiles(project.host, directory, repository)) {
    if (await isSecretFile(project, path)) found.push(path);
  }
  return found;
}

/** Symlinks are left to the file that they name; what cannot be read is no secret that could be worked on. */
async function isSecretFile(project: Project, path: string): Promise<boolean> {
  const { files } = project.host;
  const stat = await files.stat(path, { follow: false }).catch(() => undefined);
  if (stat?.kind !== "file") return false;
  const file = await files.open(path, "read").catch(() => undefined);
  if (file === undefined) return false;
  try {
    const head = Buffer.alloc(HEAD);
    const count = await file.read(head);
    if (isAge(head.subarray(0, count))) return true;
  } finally {
    await file.close();
  }
  return stat.size <= LARGEST && recognise(await files.read(path), path).kind === "sops";
}
