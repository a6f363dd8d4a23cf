/**
 * How does a secret become plaintext where somebody asked for it?
 *
 * Of an age file every chunk is authenticated before it is passed on, and of a sops document the MAC before anything is. A
 * file is written only when the last byte was right: a secret that turns out to be damaged leaves nothing behind. Standard output
 * gets nothing of one either, unless it is too large to be held back: then what was right before the damage is out already.
 */
import { isAge } from "../../documents/age/file.ts";
import { createHash } from "node:crypto";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../findings/reading/place.ts";
import { collect, digest, heldBack } from "../../io/stream.ts";
import { fileChunks, openSecret } from "../secrets/age-secret.ts";
import { holdsSecret } from "../secrets/file-kind.ts";
import { digestOf, outputPath, replayable } from "../project/input.ts";
import { inFile, isAgePath, naming, type Project } from "../project/project.ts";

/** Bytes of plaintext that wait for the last one to be right. */
const HELD_BACK = 16 * 1024 * 1024;

export interface DecryptRequest {
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly filename?: string | undefined;
  /** One value of a sops document. */
  readonly extract?: string | undefined;
  /** In which document of a file that has several, counted from 1; the first if absent. */
  readonly document?: number | undefined;
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
    for await (const chunk of heldBack(await plaintextOf(project, request), HELD_BACK))
      await project.host.stdout(chunk);
    return undefined;
  }
  const path = project.resolve(output);
  const input = request.inPlace === true || request.input === "-" ? undefined : project.resolve(request.input);
  const { refuseOutput } = await import("../writing/output.ts");
  await refuseOutput(project, { path, input });
  const expected = (await digestOf(project, path)) ?? "absent";
  if (request.inPlace !== true) await refuseOverSecret(project, path);
  await commitPlaintext(project, { path, expected }, await plaintextOf(project, request));
  return project.show(path);
}

async function plaintextOf(project: Project, request: DecryptRequest): Promise<AsyncIterable<Uint8Array>> {
  const path = project.resolve(request.filename ?? (request.input === "-" ? "standard input" : request.input));
  const source =
    request.input === "-" ? project.host.stdin() : fileChunks(project, project.resolve(request.input), true);
  const { head, chunks, close } = await replayable(source);
  if (!isAge(head)) {
    const { sopsPlaintext } = await import("./decrypt-sops.ts");
    return sopsPlaintext(project, path, { request, bytes: await naming(project.show(path), () => collect(chunks())) });
  }
  if (request.extract === undefined && request.outputType === undefined) {
    return (await openSecret(project, path, chunks())).plaintext;
  }
  await close();
  throw new SecretsError("usage", "an .age secret is one value and has no keys", {
    at: { file: project.show(path) },
    hint: `secrets get ${shellWord(project.show(path))}`,
  });
}

async function refuseOverSecret(project: Project, target: string): Promise<void> {
  const at = { file: project.show(target) };
  const hint = "choose another name, or give -i instead of -o to decrypt in place";
  if (isAgePath(target)) throw new SecretsError("refused", "plaintext under a name that ends in .age", { at, hint });
  if (await holdsSecret(project, target))
    throw new SecretsError("refused", "plaintext would replace an encrypted file", { at, hint });
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
  const { commitChanges } = await import("../writing/write.ts");
  const change = { path, expected, content: content(), mode: 0o600, verify, plaintext: true };
  await commitChanges(project, [change], { grants: [] });
}
