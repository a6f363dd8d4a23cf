/** What is asked of an encryption, and what is known once its input was looked at? Shared by both kinds of file. */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import type { Grant } from "./admit.ts";
import type { Passage } from "../project/input.ts";
import type { Project } from "../project/project.ts";
import type { Change } from "../../io/commit.ts";
import type { WriteOptions } from "./target.ts";

export interface EncryptRequest extends WriteOptions, Passage {
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
  /** A path, or `-` for standard input. */
  readonly input: string;
  /** Absolute: the path whose rule counts. */
  readonly path: string;
  /** Absolute, or undefined for standard output. */
  readonly output: string | undefined;
  /** What was at the output before anything else was looked at: its SHA-256, or `absent`. */
  readonly expected: string;
  /** The plaintext from its first byte. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/** What an encryption has become: where there is no output, the content alone counts. */
export interface Encrypted {
  readonly change: Change;
  readonly grants: readonly Grant[];
}

/** Whom it lets in; nobody where a passphrase is all. @param found what is at the output now, and who will read it */
export function grantsOf(
  project: Project,
  { request, input, path, output }: Encryption,
  found: Pick<Grant, "recipients" | "ruled" | "standing">,
): Grant[] {
  if (request.passphrase === true) return [];
  const shown = output ?? (request.filename === undefined && input === "-" ? undefined : path);
  const file = shown === undefined ? "standard output" : project.show(shown);
  const byHand = (request.recipients?.length ?? 0) > 0;
  return [{ ...found, ruled: byHand ? undefined : found.ruled, path, file, byHand }];
}

/** @param file as it is shown; undefined for standard input */
export function encryptedAlready(file: string | undefined): SecretsError {
  return new SecretsError("refused", "this is encrypted already", {
    at: { file: file ?? "standard input" },
    hint: file === undefined ? undefined : `to change its readers run: secrets rekey ${shellWord(file)}`,
  });
}
