/**
 * How does a secret become plaintext where somebody asked for it?
 *
 * Of an age file every chunk is authenticated before it is passed on, and of a sops document the MAC before anything is. A
 * file is written only when the last byte was right: a secret that turns out to be damaged leaves nothing behind.
 */
import { isAge } from "../documents/age-file.ts";
import { createHash } from "node:crypto";
import { recognise } from "../documents/recognise.ts";
import { SecretsError } from "../errors.ts";
import { converted, convertedAt, type Conversion } from "../formats/convert.ts";
import { loadFormat } from "../formats/index.ts";
import { collect, digest, once } from "../io/stream.ts";
import { shellWord } from "../io/words.ts";
import { fileChunks, openSecret } from "./age-secret.ts";
import { kindOfContent, requireFormatName } from "./file-kind.ts";
import { digestOf, outputPath, replayable } from "./input.ts";
import { resolveSteps, stepsOf } from "./key-path.ts";
import { inFile, isAgePath, statOf, type Project } from "./project.ts";
import { openSops } from "./sops-secret.ts";
import { commitChanges } from "./write.ts";

export interface DecryptRequest {
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly filename?: string | undefined;
  /** One value of a sops document. */
  readonly extract?: string | undefined;
  readonly inputType?: string | undefined;
  readonly outputType?: string | undefined;
  readonly ignoreMac?: boolean | undefined;
}

/** @returns the file that was written, or undefined where the answer went to standard output. */
export async function decrypt(project: Project, request: DecryptRequest): Promise<string | undefined> {
  if (request.inPlace === true && request.input === "-") {
    throw new SecretsError("usage", "standard input cannot be decrypted in place", {
      hint: "name a file, or use -o OUT",
    });
  }
  if (request.inPlace === true && request.output !== undefined) {
    throw new SecretsError("usage", "in place and to another file at once", { hint: "either -i or -o OUT" });
  }
  const output = request.inPlace === true ? request.input : outputPath(request.output);
  if (output === undefined) {
    for await (const chunk of await plaintextOf(project, request)) await project.host.stdout(chunk);
    return undefined;
  }
  const path = project.resolve(output);
  const expected = (await digestOf(project, path)) ?? "absent";
  if (request.inPlace !== true) await refuseOverSecret(project, path);
  await commitPlaintext(project, { path, expected }, await plaintextOf(project, request));
  return project.show(path);
}

async function plaintextOf(project: Project, request: DecryptRequest): Promise<AsyncIterable<Uint8Array>> {
  const path = project.resolve(request.filename ?? (request.input === "-" ? "standard input" : request.input));
  const source = request.input === "-" ? project.host.stdin() : fileChunks(project, project.resolve(request.input));
  const { head, chunks, close } = await replayable(source);
  if (!isAge(head)) return sopsPlaintext(project, { path, request, bytes: await collect(chunks()) });
  if (request.extract === undefined && request.outputType === undefined) {
    return (await openSecret(project, path, chunks())).plaintext;
  }
  await close();
  throw new SecretsError("usage", "an .age secret is one value and has no keys", {
    at: { file: project.show(path) },
    hint: `secrets get ${shellWord(project.show(path))}`,
  });
}

async function sopsPlaintext(
  project: Project,
  given: { readonly path: string; readonly request: DecryptRequest; readonly bytes: Uint8Array },
): Promise<AsyncIterable<Uint8Array>> {
  const { path, request, bytes } = given;
  const found = await kindOfContent(project, path, { bytes, inputType: request.inputType });
  if (found.kind !== "sops") throw notEncrypted(project.show(path), bytes);
  const opened = await openSops(project, path, { document: found.document, ignoreMac: request.ignoreMac });
  const { format } = found.document;
  try {
    const wanted = request.outputType === undefined ? format : await loadFormat(requireFormatName(request.outputType));
    if (request.extract === undefined && wanted === format) return once(new TextEncoder().encode(opened.openText));
    const parsed = format.parse(opened.openText, "open");
    if (request.extract === undefined) return once(convertedText(project, path, { parsed, from: format, to: wanted }));
    const steps = resolveSteps(stepsOf(request.extract), parsed.leaves);
    if (wanted === format) return once(format.extract(parsed, steps));
    return once(convertedAt({ parsed, from: format, to: wanted }, steps));
  } catch (error) {
    throw inFile(error, project.show(path));
  }
}

function convertedText(project: Project, path: string, conversion: Conversion): Uint8Array {
  const { text, documents, comments } = converted(conversion);
  const file = project.show(path);
  const name = conversion.to.name;
  if (documents > 0) project.warn(`${file}: ${name} holds one document; ${documents} more of the file are left out`);
  if (comments > 0) project.tell(`${file}: ${name} has no comments; those of the file are left out`);
  return new TextEncoder().encode(text);
}

function notEncrypted(file: string, bytes: Uint8Array): SecretsError {
  const at = { file };
  if (bytes.length === 0) return new SecretsError("malformed", "the file is empty", { at });
  return new SecretsError("malformed", "this is not an encrypted file", { at });
}

async function refuseOverSecret(project: Project, target: string): Promise<void> {
  const at = { file: project.show(target) };
  const hint = "choose another name; `secrets decrypt -i` decrypts in place";
  if (isAgePath(target)) throw new SecretsError("refused", "plaintext under a name that ends in .age", { at, hint });
  if ((await statOf(project, target))?.kind !== "file") return;
  const bytes = await collect(fileChunks(project, target));
  const secret = recognise(bytes, target).kind !== "plain";
  if (secret) throw new SecretsError("refused", "plaintext would replace an encrypted file", { at, hint });
}

async function commitPlaintext(
  project: Project,
  { path, expected }: { readonly path: string; readonly expected: string },
  plaintext: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash("sha256");
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const chunk of plaintext) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const verify = async (staged: AsyncIterable<Uint8Array>) => {
    if ((await digest(staged)).sha256 !== hash.digest("hex")) {
      throw inFile(new SecretsError("io", "what was written is not what was meant"), project.show(path));
    }
  };
  await commitChanges(project, [{ path, expected, content: content(), mode: 0o600, verify }]);
}
