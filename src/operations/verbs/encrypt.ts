/**
 * What does "encrypt this" make of a file or stream?
 *
 * The path that decides rule and format is `--filename-override`, else the output, else the input. A path in `.age` becomes
 * a whole-file secret, one that sops knows a sops document. Recipients named on the command line replace the rule's.
 */
import { isAge } from "../../documents/age/file.ts";
import { SecretsError } from "../../errors.ts";
import { fileChunks } from "../secrets/age-secret.ts";
import { encryptAge } from "./encrypt-age.ts";
import { encryptSops } from "./encrypt-sops.ts";
import { encryptedAlready, type EncryptRequest, type Encryption } from "../writing/encryption.ts";
import { kindOfNew } from "../secrets/file-kind.ts";
import { digestOf, outputPath, replayable } from "../project/input.ts";
import { refuseOutput } from "../writing/output.ts";
import { isAgePath, type Project } from "../project/project.ts";
import { ruleOf } from "../project/rule.ts";

/**
 * @returns the file that was written, or undefined where the answer went to standard output
 * @throws SecretsError `refused` where the input is encrypted already
 */
export async function encrypt(project: Project, given: EncryptRequest): Promise<string | undefined> {
  const request = await withRecipients(project, given);
  if (request.inPlace === true && request.output !== undefined) {
    throw new SecretsError("usage", "in place and to another file at once", { hint: "either -i or -o OUT" });
  }
  if (request.inPlace === true && request.input === "-") {
    throw new SecretsError("usage", "standard input cannot be encrypted in place", {
      hint: "name a file, or use -o OUT",
    });
  }
  const output = request.inPlace === true ? request.input : outputPath(request.output);
  const deciding = request.filename ?? output ?? request.input;
  const target = output === undefined ? undefined : project.resolve(output);
  const input = request.inPlace === true || request.input === "-" ? undefined : project.resolve(request.input);
  if (target !== undefined) await refuseOutput(project, { path: target, input });
  const encryption: Encryption = {
    request,
    path: project.resolve(deciding),
    output: target,
    expected: target === undefined ? "any" : ((await digestOf(project, target)) ?? "absent"),
    chunks: await plaintextInput(project, request.input),
  };
  return becomesAge(project, deciding, request) ? encryptAge(project, encryption) : encryptSops(project, encryption);
}

/** `SOPS_AGE_RECIPIENTS` counts as in sops, but only where no rule says who reads: a variable must not overrule the policy. */
async function withRecipients(project: Project, request: EncryptRequest): Promise<EncryptRequest> {
  const texts = (project.host.env["SOPS_AGE_RECIPIENTS"] ?? "").split(",").map((text) => text.trim());
  const recipients = texts.filter((text) => text !== "");
  const isNamed = request.passphrase === true || (request.recipients ?? []).length > 0;
  if (isNamed || recipients.length === 0) return request;
  const path = project.resolve(request.filename ?? request.output ?? request.input);
  return (await ruleOf(project, path)) === undefined ? { ...request, recipients } : request;
}

/** @throws SecretsError `usage` where nothing tells what it should become */
function becomesAge(project: Project, deciding: string, request: EncryptRequest): boolean {
  if (request.passphrase === true || isAgePath(deciding)) return true;
  const named = (request.recipients?.length ?? 0) > 0;
  const type = request.outputType ?? request.inputType;
  if (named && deciding === "-" && type === undefined) return true;
  return kindOfNew(project, project.resolve(deciding), type) === "age";
}

/** The plaintext, after a look at its first bytes. @throws SecretsError `refused` */
async function plaintextInput(project: Project, input: string): Promise<Encryption["chunks"]> {
  const path = input === "-" ? undefined : project.resolve(input);
  const { head, chunks, close } = await replayable(
    path === undefined ? project.host.stdin() : fileChunks(project, path, true),
  );
  if (isAge(head)) await close();
  if (isAge(head)) throw encryptedAlready(path === undefined ? undefined : project.show(path));
  return chunks;
}
