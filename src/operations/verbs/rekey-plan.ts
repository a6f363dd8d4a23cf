/**
 * What would bring these files to the policy? Found from what they declare, without a key.
 */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { commandToEncrypt } from "../secrets/file-kind.ts";
import { secretAt } from "../secrets/secret-at.ts";
import type { Secret } from "../secrets/secret.ts";
import type { Project } from "../project/project.ts";
import { requireRule, requireServable, ruleOrProblem } from "../project/rule.ts";
import { cannotRenew, differenceLines, type Agreement } from "../../agreement/agreement.ts";
import { secretFiles, type Candidate } from "../secrets/secret-files.ts";

/** What is to be done with one file. */
export interface PlannedFile {
  /** As it is shown. */
  readonly file: string;
  /**
   * `no rule`: left alone. `passphrase`: sealed with one, so it has no readers to bring to a policy. `stuck`: nothing here can
   * bring it to its rule, for this `reason`.
   */
  readonly action: "keep" | "re-encrypt" | "no rule" | "passphrase" | "stuck";
  readonly reason?: string | undefined;
  readonly agreement: Agreement | undefined;
  /** One line per person who gains or loses the file. */
  readonly difference: readonly string[];
}

export interface PlanOptions {
  /** Files that agree are rewritten too. */
  readonly force?: boolean | undefined;
  readonly inputType?: string | undefined;
  /** Whole-file secrets are left out, and refused by name. */
  readonly documentsOnly?: boolean | undefined;
}

/** A planned file with what was seen of it. */
export interface PlannedSecret {
  readonly planned: PlannedFile;
  /** Absolute. */
  readonly path: string;
  /** Undefined where no rule covers the file: it is not even looked at. */
  readonly secret: Secret | undefined;
}

/** @throws SecretsError `policy`; `no-rule` where nothing at all is ruled, or a file that was named is not; `usage`, `malformed` */
export async function planFiles(
  project: Project,
  paths: readonly string[],
  options: PlanOptions,
): Promise<PlannedSecret[]> {
  const plans: PlannedSecret[] = [];
  const files = await secretFiles(project, paths);
  for (const [index, candidate] of files.entries()) {
    project.progress(index, files.length);
    const plan = await planFile(project, candidate, options);
    if (plan !== undefined) plans.push(plan);
  }
  project.progress(files.length, files.length);
  const [first] = plans;
  if (first !== undefined && plans.every(({ secret }) => secret === undefined)) await requireRule(project, first.path);
  return plans;
}

/** A file that is named itself has to be a secret, and to have a rule; any other without one is left alone. */
async function planFile(
  project: Project,
  { path, isNamed }: Candidate,
  options: PlanOptions,
): Promise<PlannedSecret | undefined> {
  const file = project.show(path);
  const ruled = isNamed ? await requireRule(project, path) : await ruleOrProblem(project, path);
  if (ruled instanceof SecretsError) {
    return { path, secret: undefined, planned: { ...leftAlone(file, "stuck"), reason: ruled.message } };
  }
  if (ruled === undefined) return { path, secret: undefined, planned: leftAlone(file, "no rule") };
  const secret = await secretAt({ project, path, file, ruled, options: { inputType: options.inputType } });
  const isMeant = options.documentsOnly !== true || secret?.document !== undefined;
  if (secret !== undefined && isMeant) return { path, secret, planned: await planned(secret, { ...options, isNamed }) };
  if (!isNamed) return undefined;
  if (!isMeant) throw await noDocument(file, secret);
  throw new SecretsError("malformed", "this is not an encrypted file", {
    at: { file },
    hint: `to encrypt it: ${commandToEncrypt(project, path)}`,
  });
}

/** What is damaged is said to be that first. */
async function noDocument(file: string, secret: Secret | undefined): Promise<SecretsError> {
  await secret?.look();
  return new SecretsError("usage", "this is not a sops file", {
    at: { file },
    hint: `for an .age secret run: secrets rekey ${shellWord(file)}`,
  });
}

function leftAlone(file: string, action: "no rule" | "passphrase" | "stuck"): PlannedFile {
  return { file, action, agreement: undefined, difference: [] };
}

async function planned(secret: Secret, options: PlanOptions & { readonly isNamed: boolean }): Promise<PlannedFile> {
  const { file } = secret;
  const { agreement, isForPassphrase } = (await secret.look()) ?? {};
  if (isForPassphrase === true) return leftAlone(file, "passphrase");
  if (agreement === undefined) return leftAlone(file, "no rule");
  const difference = differenceLines(agreement);
  if (agreement.status === "agree" && options.force !== true) return { file, action: "keep", agreement, difference };
  // One file that nothing here can serve must not stop all others; whoever names it gets the error.
  const reason = options.isNamed ? undefined : whyStuck(secret, agreement);
  return { file, action: reason === undefined ? "re-encrypt" : "stuck", reason, agreement, difference };
}

function whyStuck({ file, ruled, servings }: Secret, { status, stuck, unrenewable }: Agreement): string | undefined {
  if (ruled === undefined || ruled.ruling.compiled === "differs") return undefined;
  try {
    requireServable(file, ruled, servings);
  } catch (error) {
    if (error instanceof SecretsError) return error.message;
    throw error;
  }
  return status === "agree" ? cannotRenew(unrenewable) : stuck;
}
