/** Is this file encrypted with sops? Asked without a key, answered as `sops filestatus` does. */
import { isEncrypted } from "../../documents/sops/metadata.ts";
import { collect } from "../../io/stream.ts";
import { fileChunks } from "../secrets/age-secret.ts";
import { kindOfContent } from "../secrets/file-kind.ts";
import { naming, type Project } from "../project/project.ts";

/** @throws SecretsError `not-found`, `malformed` */
export async function isSopsEncrypted(project: Project, file: string, inputType?: string): Promise<boolean> {
  const path = project.resolve(file);
  const bytes = await naming(project.show(path), () => collect(fileChunks(project, path)));
  const found = await kindOfContent(project, path, { bytes, inputType });
  return found.kind === "sops" && isEncrypted(found.document.parsed.metadata);
}
