/**
 * Which kind of secret is this?
 *
 * Told by content where there is one, by the name where nothing is yet. Another kind is one file beside `age-secret.ts` and one
 * branch here; neither is loaded before it is met.
 */
import { AGE_PREFIX, isAge } from "../../documents/age/header-bytes.ts";
import { SecretsError } from "../../errors.ts";
import { loadFormat } from "../../formats/index.ts";
import { collect } from "../../io/stream.ts";
import { byteReader, type ByteReader } from "../../text/byte-reader.ts";
import { naming } from "../project/project.ts";
import { fileChunks } from "./age-file.ts";
import { documentOf, kindOfNew } from "./file-kind.ts";
import type { Instead, SecretPlace, Secret } from "./secret.ts";

/**
 * The secret at the path of this place; undefined for plaintext.
 * @param instead counts for a whole-file secret, whose readers are all named by who writes
 * @throws SecretsError `not-found`, `io`, `usage` for a directory, `malformed`
 */
export async function secretAt(place: SecretPlace, instead?: Instead): Promise<Secret | undefined> {
  const chunks = () => fileChunks(place.project, place.path);
  const input = byteReader(chunks());
  if (!isAge(await input.peek(AGE_PREFIX))) return documentIn(place, await wholeOf(place, input));
  await input.close();
  return (await import("./age-secret.ts")).ageSecret(place, { chunks }, instead);
}

/**
 * The secret in a stream, to be read once.
 * @throws SecretsError `malformed` for plaintext, and what `secretAt` throws
 */
export async function secretIn(place: SecretPlace, source: AsyncIterable<Uint8Array>): Promise<Secret> {
  const input = byteReader(source);
  if (isAge(await input.peek(AGE_PREFIX))) {
    return (await import("./age-secret.ts")).ageSecret(place, { chunks: input.rest, close: input.close });
  }
  const bytes = await wholeOf(place, input);
  const secret = await documentIn(place, bytes);
  if (secret !== undefined) return secret;
  const what = bytes.length === 0 ? "the file is empty" : "this is not an encrypted file";
  throw new SecretsError("malformed", what, { at: { file: place.file } });
}

/** What a new file at this path will be: as in sops, one whose name tells nothing is binary. */
export async function newSecret(place: SecretPlace, instead: Instead = {}): Promise<Secret> {
  const { path, options } = place;
  const kind = instead.isWhole === true ? "age" : kindOfNew(path, options.outputType ?? options.inputType);
  if (kind === "age") return (await import("./age-secret.ts")).ageSecret(place, undefined, instead);
  const { newSopsSecret } = await import("./sops-secret.ts");
  return newSopsSecret(place, await loadFormat(instead.format ?? kind), instead);
}

function wholeOf({ file }: SecretPlace, { rest }: ByteReader): Promise<Uint8Array> {
  return naming(file, () => collect(rest()));
}

async function documentIn(place: SecretPlace, bytes: Uint8Array): Promise<Secret | undefined> {
  const { project, path, options } = place;
  const document = await documentOf(project, path, { bytes, inputType: options.inputType });
  return document && (await import("./sops-secret.ts")).sopsSecret(place, document, bytes);
}
