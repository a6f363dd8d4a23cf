/** How does a sops document become plaintext: whole, as one value, or in another format? */
import { SecretsError } from "../../errors.ts";
import { converted, convertedAt, type Conversion } from "../../formats/convert.ts";
import { loadFormat } from "../../formats/index.ts";
import { once } from "../../text/chunks.ts";
import type { DecryptRequest } from "./decrypt.ts";
import { kindOfContent, requireFormatName } from "../secrets/file-kind.ts";
import { addressOf } from "../secrets/document-address.ts";
import { missingKey } from "../secrets/key-path.ts";
import { inFile, type Project } from "../project/project.ts";
import { openSops } from "../secrets/sops-secret.ts";

/**
 * The document as it was asked for, once its MAC was right.
 * @param path absolute
 * @throws SecretsError `malformed`, `no-identity`, `tampered`, `usage` for an unknown format or key
 */
export async function sopsPlaintext(
  project: Project,
  path: string,
  given: { readonly request: DecryptRequest; readonly bytes: Uint8Array },
): Promise<AsyncIterable<Uint8Array>> {
  const { request, bytes } = given;
  const found = await kindOfContent(project, path, { bytes, inputType: request.inputType });
  if (found.kind !== "sops") throw notEncrypted(project.show(path), bytes);
  const opened = await openSops(project, path, { document: found.document, ignoreMac: request.ignoreMac });
  const { format } = found.document;
  if (request.document !== undefined && request.extract === undefined)
    throw new SecretsError("usage", "a document is named, and no key in it", { at: { file: project.show(path) } });
  try {
    const wanted = request.outputType === undefined ? format : await loadFormat(requireFormatName(request.outputType));
    if (request.extract === undefined && wanted === format) return once(format.encode(opened.openText));
    const parsed = format.parse(opened.openText, "open");
    if (request.extract === undefined) return once(convertedText(project, path, { parsed, from: format, to: wanted }));
    const { extract: key, document } = request;
    const address = addressOf(format, parsed, { verb: "get", file: project.show(path), key, document });
    if (wanted === format) return once(format.extract(address.parsed, address.steps));
    return once(convertedAt({ parsed, from: format, to: wanted }, address.steps));
  } catch (error) {
    throw inFile(missingKey(error), project.show(path));
  }
}

function convertedText(project: Project, path: string, conversion: Conversion): Uint8Array {
  const { text, documents, comments } = converted(conversion);
  const file = project.show(path);
  const name = conversion.to.name;
  if (documents > 0) project.warn(`${file}: ${name} holds one document; ${documents} more of the file are left out`);
  if (comments > 0) project.tell(`${file}: ${name} has no comments; those of the file are left out`);
  return conversion.to.encode(text);
}

function notEncrypted(file: string, bytes: Uint8Array): SecretsError {
  const at = { file };
  if (bytes.length === 0) return new SecretsError("malformed", "the file is empty", { at });
  return new SecretsError("malformed", "this is not an encrypted file", { at });
}
