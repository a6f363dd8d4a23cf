/**
 * How does a secret become plaintext where somebody asked for it?
 *
 * Of an age file every chunk is authenticated before it is passed on, and of a sops document the MAC before anything is. A
 * file is written only when the last byte was right: a secret that turns out to be damaged leaves nothing behind. Standard output
 * gets nothing of one either, unless it is too large to be held back: then what was right before the damage is out already.
 */
import { SecretsError } from "../../errors.ts";
import type { Change } from "../../io/stage.ts";
import { digest, hashed, heldBack } from "../../io/stream.ts";
import { fileChunks } from "../secrets/age-file.ts";
import { holdsSecret } from "../secrets/file-kind.ts";
import { digestOf, routesOf, type Passage } from "../project/input.ts";
import { inFile, isAgePath, type Project } from "../project/project.ts";
import { secretIn } from "../secrets/secret-at.ts";
import type { ReadRequest, SealOptions } from "../secrets/secret.ts";

/** Bytes of plaintext that wait for the last one to be right. */
const HELD_BACK = 16 * 1024 * 1024;

export interface DecryptRequest extends Passage, ReadRequest, Pick<SealOptions, "inputType" | "ignoreMac" | "indent"> {
  /** The path that is named in messages and looked up in the policy. */
  readonly filename?: string | undefined;
}

export async function decrypt(project: Project, request: DecryptRequest): Promise<string[]> {
  const changes: Change[] = [];
  for (const route of routesOf(request)) {
    if (route.output === undefined) {
      for await (const chunk of heldBack(await plaintextOf(project, route.input, request), HELD_BACK))
        await project.host.streams.stdout(chunk);
    } else changes.push(await plaintextChange(project, { ...route, output: route.output }, request));
  }
  if (changes.length > 0) await (await import("../writing/write.ts")).commitChanges(project, changes, { grants: [] });
  return changes.map(({ path }) => project.show(path));
}

async function plaintextChange(
  project: Project,
  route: { readonly input: string; readonly output: string },
  request: DecryptRequest,
): Promise<Change> {
  const path = project.resolve(route.output);
  const input = request.inPlace === true || route.input === "-" ? undefined : project.resolve(route.input);
  const { refuseOutput } = await import("../writing/output.ts");
  await refuseOutput(project, { path, input });
  const expected = (await digestOf(project, path)) ?? "absent";
  if (request.inPlace !== true) await refuseOverSecret(project, path);
  const plaintext = hashed(await plaintextOf(project, route.input, request));
  const verify = async (staged: AsyncIterable<Uint8Array>) => {
    if ((await digest(staged)).sha256 !== plaintext.digest().toString("hex")) {
      throw inFile(new SecretsError("io", "the file does not read back as it was written"), project.show(path));
    }
  };
  return { path, expected, content: plaintext.chunks, mode: 0o600, verify, plaintext: true };
}

async function plaintextOf(
  project: Project,
  input: string,
  request: DecryptRequest,
): Promise<AsyncIterable<Uint8Array>> {
  const path = project.resolve(request.filename ?? (input === "-" ? "standard input" : input));
  const source = input === "-" ? project.host.streams.stdin() : fileChunks(project, project.resolve(input), true);
  const { inputType, ignoreMac, indent } = request;
  const options = { inputType, ignoreMac, indent };
  const place = { project, path, file: project.show(path), ruled: undefined, options };
  return (await secretIn(place, source)).read(request);
}

async function refuseOverSecret(project: Project, target: string): Promise<void> {
  const at = { file: project.show(target) };
  const hint = "choose another name, or give -i instead of -o to decrypt in place";
  if (isAgePath(target))
    throw new SecretsError("refused", "plaintext would get a name that ends in .age", { at, hint });
  if (await holdsSecret(project, target))
    throw new SecretsError("refused", "plaintext would replace an encrypted file", { at, hint });
}
