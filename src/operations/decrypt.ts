/**
 * How does a secret become plaintext where somebody asked for it?
 *
 * Every chunk is authenticated before it is passed on. A file is written only when the last one was: a secret that turns
 * out to be damaged leaves nothing behind.
 */
import { SecretsError } from "../errors.ts";
import { digest, readStream } from "../io/stream.ts";
import { createHash } from "node:crypto";
import { fileChunks, isAge, openSecret } from "./age-secret.ts";
import { digestOf, replayable } from "./input.ts";
import { inFile, isAgePath, type Project } from "./project.ts";
import { commitChanges } from "./write.ts";

export interface DecryptRequest {
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly filename?: string | undefined;
}

/** @returns the file that was written, or undefined where the answer went to standard output. */
export async function decrypt(project: Project, request: DecryptRequest): Promise<string | undefined> {
  if (request.inPlace === true && request.input === "-") {
    throw new SecretsError("usage", "standard input cannot be decrypted in place", {
      hint: "name a file, or use -o OUT",
    });
  }
  const path = project.resolve(request.filename ?? (request.input === "-" ? "standard input" : request.input));
  const { plaintext } = await openSecret(project, path, await ageInput(project, request.input));
  const output = request.inPlace === true ? request.input : request.output;
  if (output === undefined || output === "-") {
    for await (const chunk of plaintext) await project.host.stdout(chunk);
    return undefined;
  }
  const target = project.resolve(output);
  if (request.inPlace !== true) await refuseOverSecret(project, target);
  await commitPlaintext(project, target, plaintext);
  return project.show(target);
}

/** @throws SecretsError `malformed` naming what it is instead. */
async function ageInput(project: Project, input: string): Promise<AsyncIterable<Uint8Array>> {
  const file = input === "-" ? "standard input" : project.show(project.resolve(input));
  const source = input === "-" ? project.host.stdin() : fileChunks(project, project.resolve(input));
  const { head, chunks } = await replayable(source);
  if (isAge(head)) return chunks();
  const what = head.length === 0 ? "the file is empty" : "this is not an age file";
  throw new SecretsError("malformed", what, { at: { file } });
}

async function refuseOverSecret(project: Project, target: string): Promise<void> {
  const at = { file: project.show(target) };
  const hint = "choose another name; `secrets decrypt -i` decrypts in place";
  if (isAgePath(target)) throw new SecretsError("refused", "plaintext under a name that ends in .age", { at, hint });
  if ((await project.host.files.stat(target))?.kind !== "file") return;
  const { head } = await replayable(readStream(project.host.files, target));
  if (isAge(head)) throw new SecretsError("refused", "plaintext would replace an encrypted file", { at, hint });
}

async function commitPlaintext(project: Project, target: string, plaintext: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash("sha256");
  async function* content(): AsyncGenerator<Uint8Array> {
    for await (const chunk of plaintext) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const verify = async (staged: AsyncIterable<Uint8Array>) => {
    if ((await digest(staged)).sha256 !== hash.digest("hex")) {
      throw inFile(new SecretsError("io", "what was written is not what was meant"), project.show(target));
    }
  };
  const expected = (await digestOf(project, target)) ?? "absent";
  await commitChanges(project, target, [{ path: target, expected, content: content(), mode: 0o600, verify }]);
}
