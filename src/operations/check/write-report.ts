/**
 * How does a report get into a file?
 *
 * It is no secret and nothing depends on it: whole or not at all, without lock and journal.
 */
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { attempt } from "../../io/io-error.ts";
import type { Project } from "../project.ts";

/** @param append whether what the file holds stays in front. @throws SecretsError `io`. */
export async function writeReport(
  project: Project,
  file: string,
  { text, append }: { readonly text: string; readonly append: boolean },
): Promise<void> {
  if (project.dryRun) return;
  const { files } = project.host;
  const path = project.resolve(file);
  await attempt(project.show(path), "write", async () => {
    await files.makeDirectory(dirname(path));
    const stat = await files.stat(path);
    const before = append && stat !== undefined ? await files.read(path) : new Uint8Array();
    const beside = `${path}.${randomBytes(6).toString("hex")}`;
    const made = await files.open(beside, "create", 0o644);
    try {
      await made.write(Buffer.concat([before, Buffer.from(text)]));
    } finally {
      await made.close();
    }
    await files.rename(beside, stat === undefined ? path : await files.realpath(path));
  });
}
