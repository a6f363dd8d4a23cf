/**
 * Do the files open, and what are the values in them?
 *
 * For `--verify` and `--values`: with the available keys, each file once. A file that none of them opens is said to be
 * unchecked; only what a key opens and what then does not authenticate is a finding.
 */
import { once, collect } from "../../text/chunks.ts";
import { join } from "node:path";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { openWith } from "../../documents/sops/verbs.ts";
import { SecretsError } from "../../errors.ts";
import type { Content } from "../../findings/reading/content.ts";
import type { Opened } from "../../findings/finding.ts";
import { stepsText } from "../../formats/place.ts";
import { openAgeFile } from "../../operations/secrets/age-file.ts";
import type { Project } from "../../operations/project/project.ts";

/** A value of a secret, and the way to it inside the file; "" for a file that is one value. */
export interface SecretValue {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export type Opening =
  | { readonly status: "open"; readonly values: readonly SecretValue[] }
  | { readonly status: "damaged"; readonly opened: Opened }
  | { readonly status: "shut"; readonly reason: string };

/** @param file absolute path, which decides whose keys are spoken of. */
export async function openedContent(
  project: Project,
  { root, path }: { root: string; path: string },
  { content, bytes }: { content: Content; bytes: Uint8Array },
): Promise<Opening> {
  try {
    if (content.kind === "sops") return { status: "open", values: await sopsValues(project, content.document) };
    const plaintext = await openAgeFile(project, join(root, path), once(bytes));
    return { status: "open", values: [{ key: "", bytes: await collect(plaintext) }] };
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code === "interrupted") throw error;
    if (error.code === "tampered" || error.code === "malformed") {
      return { status: "damaged", opened: { file: project.show(join(root, path)), problem: error } };
    }
    return { status: "shut", reason: error.message };
  }
}

async function sopsValues(project: Project, document: SopsDocument): Promise<SecretValue[]> {
  const { leaves } = await openWith(document, project.identities);
  return leaves
    .filter(({ state, leaf }) => state === "sealed" && leaf.kind === "value")
    .map(({ leaf, scalar }) => ({ key: stepsText(leaf.steps), bytes: scalar.bytes }));
}
