/**
 * How does a report get into a file?
 *
 * By a commit, as every file. Where it must not go is said before the work begins.
 */
import { collect } from "../text/chunks.ts";
import { sep } from "node:path";
import { SecretsError } from "../errors.ts";
import { attempt } from "../io/io-error.ts";
import { sha256 } from "../io/stream.ts";
import { holdsSecret } from "../operations/secrets/file-kind.ts";
import { outputPath } from "../operations/project/input.ts";
import { refuseOutput } from "../operations/writing/output.ts";
import { requireFile, statOf, type Project } from "../operations/project/project.ts";
import { commitChanges, retried } from "../operations/writing/write.ts";

/**
 * Whether reports can go to these files, as far as that can be told beforehand.
 * @throws SecretsError `usage`: no file, or two reports for one; `refused`: what is there is no report; `io`.
 */
export async function requireReportFiles(project: Project, files: readonly string[]): Promise<void> {
  const taken = new Set<string>();
  for (const file of files) {
    const { path, real } = await placeFor(project, file);
    if (taken.has(real)) {
      throw new SecretsError("usage", "two reports for one file", { at: { file: project.show(path) } });
    }
    taken.add(real);
  }
}

/** @param append whether what the file holds stays in front. @throws SecretsError as `requireReportFiles`. */
export async function writeReport(
  project: Project,
  file: string,
  { text, append }: { readonly text: string; readonly append: boolean },
): Promise<void> {
  const { files } = project.host;
  await retried(async () => {
    const { path, real, mode } = await placeFor(project, file);
    if (project.dryRun) return;
    const before =
      append && mode !== undefined ? await attempt(project.show(path), "read", () => files.read(real)) : "";
    const content = Buffer.concat([Buffer.from(before), Buffer.from(text)]);
    const expected = !append ? "any" : mode === undefined ? "absent" : sha256(before);
    const verify = async (staged: AsyncIterable<Uint8Array>) => {
      if (!content.equals(await collect(staged)))
        throw new SecretsError("io", "the file does not read back as it was written");
    };
    await commitChanges(project, [{ path: real, expected, content, mode: 0o644, verify }], { grants: [] });
  });
}

/** The file behind all symbolic links, and its mode if it is there. */
async function placeFor(project: Project, file: string) {
  if (outputPath(file) === undefined) {
    throw new SecretsError("usage", "standard output is for the --format report only", {
      hint: "name a file, or choose the format with --format",
    });
  }
  const path = project.resolve(file);
  const stat = await statOf(project, path);
  if (stat !== undefined) requireFile(project, path, stat);
  const { files } = project.host;
  const real = await attempt(project.show(path), "write", async () =>
    (await files.stat(path, { follow: false })) === undefined ? path : files.realpath(path),
  );
  await refuseOutput(project, { path: real });
  const isGits = real.split(sep).includes(".git");
  if (isGits || (stat !== undefined && (await holdsSecret(project, real)))) {
    const what = isGits ? "one of git's files" : "an encrypted file";
    throw new SecretsError("refused", `a report would replace ${what}`, {
      at: { file: project.show(path) },
      hint: "choose another name",
    });
  }
  return { path, real, mode: stat?.mode };
}
