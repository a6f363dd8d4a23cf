/**
 * How is a secret written by somebody who need not be able to read it?
 *
 * A whole-file secret is replaced without opening the old one: the readers come from the policy, so no identity is needed.
 */
import { checkWritable } from "../io/commit.ts";
import type { Project } from "./project.ts";
import { tellIfNotReader } from "./readers.ts";
import { planWrite, writeSecret, type WriteOptions, type WriteOutcome } from "./write.ts";

/**
 * @param value asked for only after all that could refuse has been settled; written byte for byte
 * @throws SecretsError what `planWrite` throws; `refused` for an empty value over a secret
 */
export async function setSecret(
  project: Project,
  file: string,
  request: { readonly value: () => Promise<Uint8Array>; readonly options: WriteOptions },
): Promise<WriteOutcome> {
  const path = project.resolve(file);
  const target = await planWrite(project, path, request.options);
  await checkWritable(project.host, path);
  await tellIfNotReader(project, target.file, target.recipients);
  return writeSecret(project, target, { plaintext: await request.value(), options: request.options });
}
