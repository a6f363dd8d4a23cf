/** How is one key taken out of a sops document? */
import { SecretsError } from "../../errors.ts";
import { addressIn } from "../secrets/document-address.ts";
import { missingKey, stepsOf } from "../secrets/key-path.ts";
import { inFile, statOf, type Project } from "../project/project.ts";
import { planWrite } from "../writing/plan-write.ts";
import { requireWritable, writeSecret, type WriteOutcome } from "../writing/write.ts";
import type { SetRequest } from "./set.ts";

export interface UnsetRequest extends Pick<SetRequest, "document" | "options"> {
  readonly key: string;
  /** Whether a key that is not there is no error. */
  readonly idempotent?: boolean | undefined;
}

export async function unsetKey(project: Project, file: string, request: UnsetRequest): Promise<WriteOutcome> {
  const path = project.resolve(file);
  stepsOf(request.key);
  if ((await statOf(project, path)) === undefined) {
    throw new SecretsError("not-found", "no such file", { at: { file: project.show(path) } });
  }
  const secret = await planWrite(project, path, request.options ?? {});
  const { file: shown, document } = secret;
  if (document === undefined) {
    throw new SecretsError("usage", "an .age secret is one value and has no keys", { at: { file: shown } });
  }
  await requireWritable(project, path);
  try {
    const address = { verb: "unset", file: shown, key: request.key, document: request.document } as const;
    const { parsed, steps } = await addressIn(document, address);
    const text = document.format.unset(parsed, steps);
    return await writeSecret(project, secret, await secret.seal(document.format.encode(text)));
  } catch (error) {
    const isMissing = error instanceof SecretsError && error.code === "not-found";
    if (isMissing && request.idempotent === true) return { status: "unchanged", file: shown };
    throw inFile(missingKey(error), shown);
  }
}
