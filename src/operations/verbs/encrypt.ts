/**
 * What does "encrypt this" make of a file or stream?
 *
 * The path that decides rule and format is `--filename-override`, else the output, else the input. A path in `.age` becomes
 * a whole-file secret, one that sops knows a sops document. Recipients named on the command line replace the rule's.
 */
import { isAge } from "../../documents/age/file.ts";
import { fileChunks } from "../secrets/age-secret.ts";
import { encryptAge } from "./encrypt-age.ts";
import { encryptSops } from "./encrypt-sops.ts";
import { encryptedAlready, type Encrypted, type EncryptRequest, type Encryption } from "../writing/encryption.ts";
import { kindOfNew } from "../secrets/file-kind.ts";
import { digestOf, replayable, routesOf, type Route } from "../project/input.ts";
import { refuseOutput } from "../writing/output.ts";
import { isAgePath, type Project } from "../project/project.ts";
import { ruleOf } from "../project/rule.ts";
import { admit } from "../writing/admit.ts";
import { commitChanges, type WriteOutcome } from "../writing/write.ts";

/**
 * All files or none.
 * @returns the files that were written; none where the answer went to standard output
 * @throws SecretsError `usage`, `no-rule`, `policy`; `refused` where the input is encrypted already, and what the gates throw
 */
export async function encrypt(project: Project, request: EncryptRequest): Promise<WriteOutcome[]> {
  const done: (Encrypted & Route)[] = [];
  for (const route of routesOf(request)) done.push({ ...route, ...(await encrypted(project, route, request)) });
  const [changes, grants] = [done.map(({ change }) => change), done.flatMap((each) => each.grants)];
  if (done.some(({ output }) => output === undefined)) {
    await admit(project, grants);
    for (const { content } of changes)
      for await (const chunk of content instanceof Uint8Array ? [content] : content) await project.host.stdout(chunk);
    return [];
  }
  await commitChanges(project, changes, { grants });
  return changes.map(({ path, expected }) => ({
    status: expected === "absent" ? "created" : "updated",
    file: project.show(path),
  }));
}

async function encrypted(project: Project, { input, output }: Route, given: EncryptRequest): Promise<Encrypted> {
  const deciding = given.filename ?? output ?? input;
  const request = await withRecipients(project, project.resolve(deciding), given);
  const target = output === undefined ? undefined : project.resolve(output);
  const source = request.inPlace === true || input === "-" ? undefined : project.resolve(input);
  if (target !== undefined) await refuseOutput(project, { path: target, input: source });
  const encryption: Encryption = {
    request,
    input,
    path: project.resolve(deciding),
    output: target,
    expected: target === undefined ? "any" : ((await digestOf(project, target)) ?? "absent"),
    chunks: await plaintextInput(project, input),
  };
  return becomesAge(project, deciding, request) ? encryptAge(project, encryption) : encryptSops(project, encryption);
}

/** `SOPS_AGE_RECIPIENTS` counts as in sops, but only where no rule says who reads: a variable must not overrule the policy. */
async function withRecipients(project: Project, path: string, request: EncryptRequest): Promise<EncryptRequest> {
  const texts = (project.host.env["SOPS_AGE_RECIPIENTS"] ?? "").split(",").map((text) => text.trim());
  const recipients = texts.filter((text) => text !== "");
  const isNamed = request.passphrase === true || (request.recipients ?? []).length > 0;
  if (isNamed || recipients.length === 0) return request;
  return (await ruleOf(project, path)) === undefined ? { ...request, recipients } : request;
}

/** @throws SecretsError `usage` where nothing tells what it should become */
function becomesAge(project: Project, deciding: string, request: EncryptRequest): boolean {
  if (request.passphrase === true || isAgePath(deciding)) return true;
  const named = (request.recipients?.length ?? 0) > 0;
  const type = request.outputType ?? request.inputType;
  if (named && deciding === "-" && type === undefined) return true;
  return kindOfNew(project.resolve(deciding), type) === "age";
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
