/**
 * What does "encrypt this" make of a file or stream?
 *
 * The path that decides rule and format is `--filename-override`, else the output, else the input. A path in `.age` becomes
 * a whole-file secret, one that sops knows a sops document. Recipients named on the command line replace the rule's.
 */
import { SecretsError } from "../errors.ts";
import { fileChunks, isAge } from "./age-secret.ts";
import { encryptAge } from "./encrypt-age.ts";
import { encryptSops } from "./encrypt-sops.ts";
import { kindOfNew } from "./file-kind.ts";
import { replayable } from "./input.ts";
import { isAgePath, type Project } from "./project.ts";
import type { WriteOptions } from "./target.ts";

export interface EncryptRequest extends WriteOptions {
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
  /** The path whose rule and format count. */
  readonly filename?: string | undefined;
  /** Literal recipients instead of the rule's readers. */
  readonly recipients?: readonly string[] | undefined;
  /** Seal with a passphrase instead. */
  readonly passphrase?: boolean | undefined;
  /** Settings of a sops document instead of the rule's, by sops' names. */
  readonly selection?: Readonly<Record<string, string>> | undefined;
  readonly macOnlyEncrypted?: boolean | undefined;
  readonly threshold?: number | undefined;
}

/** An encryption whose input was looked at, and whose deciding path is known. */
export interface Encryption {
  readonly request: EncryptRequest;
  /** Absolute: the path whose rule counts. */
  readonly path: string;
  /** Absolute, or undefined for standard output. */
  readonly output: string | undefined;
  /** The plaintext from its first byte. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/**
 * @returns the file that was written, or undefined where the answer went to standard output
 * @throws SecretsError `refused` where the input is encrypted already
 */
export async function encrypt(project: Project, request: EncryptRequest): Promise<string | undefined> {
  if (request.inPlace === true && request.input === "-") {
    throw new SecretsError("usage", "standard input cannot be encrypted in place", {
      hint: "name a file, or use -o OUT",
    });
  }
  const output = request.inPlace === true ? request.input : request.output === "-" ? undefined : request.output;
  const deciding = request.filename ?? output ?? request.input;
  const encryption: Encryption = {
    request,
    path: project.resolve(deciding),
    output: output === undefined ? undefined : project.resolve(output),
    chunks: await plaintextInput(project, request.input),
  };
  return becomesAge(project, deciding, request) ? encryptAge(project, encryption) : encryptSops(project, encryption);
}

/** @throws SecretsError `usage` where nothing tells what it should become */
function becomesAge(project: Project, deciding: string, request: EncryptRequest): boolean {
  if (request.passphrase === true || isAgePath(deciding)) return true;
  const named = (request.recipients?.length ?? 0) > 0;
  if (named && deciding === "-" && request.inputType === undefined) return true;
  return kindOfNew(project, project.resolve(deciding), request.inputType) === "age";
}

/** The plaintext, after a look at its first bytes. @throws SecretsError `refused` */
async function plaintextInput(project: Project, input: string): Promise<Encryption["chunks"]> {
  const path = input === "-" ? undefined : project.resolve(input);
  const { head, chunks } = await replayable(path === undefined ? project.host.stdin() : fileChunks(project, path));
  if (isAge(head)) throw encryptedAlready(path === undefined ? "standard input" : project.show(path));
  return chunks;
}

/** @param file as it is shown */
export function encryptedAlready(file: string): SecretsError {
  return new SecretsError("refused", "this is encrypted already", {
    at: { file },
    hint: "to change its readers run: secrets rekey FILE",
  });
}
