/**
 * What can a program do with `secrets`?
 *
 * The public API, which the command line uses too and nothing else. Importing it loads nothing heavy: each function loads
 * what it needs when it is called. All of them throw `SecretsError`; expected outcomes are values.
 *
 * @packageDocumentation
 */
import type { CheckMode, CheckReport, CheckRequest } from "./check/report.ts";
import type { DecryptRequest } from "./operations/verbs/decrypt.ts";
import type { EncryptRequest } from "./operations/verbs/encrypt.ts";
import type { SecretReport, WhoReport } from "./operations/verbs/list.ts";
import type { RuleInfo } from "./operations/verbs/explain.ts";
import type { Project, ProjectOptions } from "./operations/project/project.ts";
import type { PlannedFile } from "./operations/verbs/rekey-plan.ts";
import type { RekeyOptions, RekeyOutcome } from "./operations/verbs/rekey.ts";
import type { CompileOutcome } from "./operations/verbs/compile-policy.ts";
import type { UpdateKeysOutcome } from "./operations/verbs/update-keys.ts";
import type { TrustState } from "./operations/verbs/trust.ts";
import type { KeyChange } from "./policy/key-pin.ts";
import type { NewValue, SetOutcome, SetRequest } from "./operations/verbs/set.ts";
import type { WhoAnswer } from "./operations/verbs/who.ts";
import type { EditOptions } from "./operations/verbs/edit.ts";
import type { WriteOptions } from "./operations/writing/gates.ts";
import type { WriteOutcome } from "./operations/writing/write.ts";

export { SecretsError } from "./errors.ts";
export type { ErrorCode, ErrorDetails, Position } from "./errors.ts";
export type { Explanation, Finding, RuleId, Severity } from "./findings/finding.ts";
export type { Ignored } from "./findings/suppressions.ts";
export type * from "./io/host.ts";
export type { Unchecked } from "./check/scope/scope.ts";
export type { RuleInfo };
export type { CanOpen } from "./operations/identities/identities.ts";
export type { NamedReader, RuleReport, SecretReport, WhoReport } from "./operations/verbs/list.ts";
export type { Agreement } from "./agreement/agreement.ts";
export type { FileOfPerson, PersonReport, RuleOfPerson } from "./operations/verbs/who.ts";
export type { WhoAnswer };
export type {
  CheckMode,
  CheckReport,
  CheckRequest,
  DecryptRequest,
  EncryptRequest,
  PlannedFile,
  Project,
  ProjectOptions,
};
export type { KeyChange, TrustState };
export type { CompileOutcome, NewValue, SetOutcome, SetRequest, UpdateKeysOutcome };
export type { EditOptions, RekeyOptions, RekeyOutcome, WriteOptions, WriteOutcome };

/** The real world: files, terminal, environment, clock. */
export async function systemHost(): Promise<ProjectOptions["host"]> {
  return (await import("./io/node-host.ts")).nodeHost();
}

/** Opens the surroundings of a directory, and finishes a commit that an earlier run could not. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { openProject: open } = await import("./operations/project/open-project.ts");
  return open(options);
}

/** The bytes of a file that somebody named as input, or of a pipe as `<(…)` makes one; at most 64 MiB. */
export async function readInputFile(project: Project, file: string): Promise<Uint8Array> {
  const { readInput } = await import("./io/input.ts");
  return readInput(project.host.files, { path: project.resolve(file), shown: file, pipes: true });
}

/** Decrypts a secret into an editor and encrypts what was saved, or the content that is given; a new one starts empty. */
export async function editSecret(project: Project, file: string, options?: EditOptions): Promise<WriteOutcome> {
  return (await import("./operations/verbs/edit.ts")).editSecret(project, file, options);
}

/** Writes a whole secret without opening the old one; `value` is asked for once nothing can refuse any more. */
export async function setSecret(project: Project, file: string, request: SetRequest): Promise<SetOutcome> {
  return (await import("./operations/verbs/set.ts")).setSecret(project, file, request);
}

/** Encrypts a file or standard input, or files in place, all or none; answers the files written, none for standard output. */
export async function encrypt(project: Project, request: EncryptRequest): Promise<WriteOutcome[]> {
  return (await import("./operations/verbs/encrypt.ts")).encrypt(project, request);
}

/** Decrypts a file or standard input, or files in place, all or none; answers the files written, none for standard output. */
export async function decrypt(project: Project, request: DecryptRequest): Promise<string[]> {
  return (await import("./operations/verbs/decrypt.ts")).decrypt(project, request);
}

/** Every secret below these paths (without any: of the repository) with its rule, readers and agreement. */
export async function listSecrets(project: Project, paths: readonly string[] = []): Promise<SecretReport[]> {
  return (await import("./operations/verbs/list.ts")).listSecrets(project, paths);
}

/** Who reads one path, by which rule, and what stands in your way. */
export async function whoReads(project: Project, file: string): Promise<WhoReport> {
  return (await import("./operations/verbs/list.ts")).whoReads(project, file);
}

/** Who reads a path or what is below a directory, or what a name of the policy reads. */
export async function who(project: Project, word: string): Promise<WhoAnswer> {
  return (await import("./operations/verbs/who.ts")).who(project, word);
}

/** What `rekey` would do, found without a key. */
export async function planRekey(
  project: Project,
  paths: readonly string[] = [],
  options?: RekeyOptions,
): Promise<PlannedFile[]> {
  return (await import("./operations/verbs/rekey.ts")).planRekey(project, paths, options);
}

/** Brings every secret file to the policy, all or nothing. */
export async function rekey(
  project: Project,
  paths: readonly string[] = [],
  options?: RekeyOptions,
): Promise<RekeyOutcome> {
  return (await import("./operations/verbs/rekey.ts")).rekey(project, paths, options);
}

/** Whether what git would publish equals the policy, with nothing in clear; needs no key, unless it is asked to open files. */
export async function check(project: Project, request: CheckRequest): Promise<CheckReport> {
  return (await import("./check/check.ts")).check(project, request);
}

/** The rules that `check` goes by, in the order of their ids. */
export async function checkRules(): Promise<RuleInfo[]> {
  return (await import("./operations/verbs/explain.ts")).checkRules();
}

/** Whether reports can go to these files; for before the work begins. */
export async function requireReportFiles(project: Project, files: readonly string[]): Promise<void> {
  return (await import("./check/write-report.ts")).requireReportFiles(project, files);
}

/** Writes a report beside the secrets, or puts it at the end of what a file holds already. */
export async function writeReport(
  project: Project,
  file: string,
  report: { readonly text: string; readonly append: boolean },
): Promise<void> {
  return (await import("./check/write-report.ts")).writeReport(project, file, report);
}

/** Takes one key out of a sops document. */
export async function unsetKey(
  project: Project,
  file: string,
  request: {
    readonly key: string;
    readonly document?: number | undefined;
    readonly options?: WriteOptions | undefined;
  },
): Promise<WriteOutcome> {
  return (await import("./operations/verbs/unset.ts")).unsetKey(project, file, request);
}

/** Gives sops files, and those below directories, a new data key, the same readers; all or none. */
export async function rotate(
  project: Project,
  paths: readonly string[],
  options?: WriteOptions,
): Promise<WriteOutcome[]> {
  return (await import("./operations/verbs/rotate.ts")).rotate(project, paths, options);
}

/** What `updateKeys` would do to sops files and those below directories, found without a key. */
export async function planUpdateKeys(
  project: Project,
  paths: readonly string[],
  options?: RekeyOptions,
): Promise<PlannedFile[]> {
  return (await import("./operations/verbs/update-keys.ts")).planUpdateKeys(project, paths, options);
}

/** Brings the readers of sops files to the policy, all or none, after a question for each unless `approve`. */
export async function updateKeys(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions & { readonly approve: boolean },
): Promise<UpdateKeysOutcome[]> {
  return (await import("./operations/verbs/update-keys.ts")).updateKeys(project, paths, options);
}

/** Whether a file is encrypted with sops. */
export async function isSopsEncrypted(project: Project, file: string, inputType?: string): Promise<boolean> {
  return (await import("./operations/verbs/file-status.ts")).isSopsEncrypted(project, file, inputType);
}

/** Writes the literal `age:` lists that stock sops needs into the policy; answers the rules that changed, by line. */
export async function compilePolicy(project: Project, options: { readonly check: boolean }): Promise<CompileOutcome> {
  return (await import("./operations/verbs/compile-policy.ts")).compilePolicy(project, options);
}

/** Which keys the user has confirmed for the repository of the working directory, and what its policies say beside. */
export async function trustState(project: Project): Promise<TrustState> {
  return (await import("./operations/verbs/trust.ts")).trustState(project);
}

/** Confirms all keys that the policies of the repository name now, and no others. */
export async function confirmKeys(project: Project): Promise<TrustState> {
  return (await import("./operations/verbs/trust.ts")).confirmKeys(project);
}

/** Forgets what was confirmed for the repository; answers whether there was anything. */
export async function forgetKeys(project: Project): Promise<boolean> {
  return (await import("./operations/verbs/trust.ts")).forgetKeys(project);
}

/** One owner's change in a line for people, keys as they are compared with their owner. */
export async function changeLine(change: KeyChange): Promise<string> {
  return (await import("./policy/key-pin.ts")).changeLine(change);
}
