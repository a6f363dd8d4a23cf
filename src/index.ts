/**
 * What can a program do with `secrets`?
 *
 * The public API, which the command line uses too and nothing else. Importing it loads nothing heavy: each function loads
 * what it needs when it is called. Paths are absolute or relative to the directory of the project. What is thrown is a `SecretsError`;
 * expected outcomes are values. What a function takes, answers and throws is said here, once.
 *
 * @packageDocumentation
 */
import type { CheckMode, CheckReport, CheckRequest } from "./check/report.ts";
import type { DecryptRequest } from "./operations/verbs/decrypt.ts";
import type { EncryptRequest } from "./operations/verbs/encrypt.ts";
import type { SecretReport, WhoReport } from "./operations/verbs/list.ts";
import type { GroupsOutcome, GroupsRequest } from "./operations/verbs/groups.ts";
import type { RuleInfo } from "./operations/verbs/explain.ts";
import type { Project, ProjectOptions } from "./operations/project/project.ts";
import type { PlannedFile } from "./operations/verbs/rekey-plan.ts";
import type { RekeyOptions, RekeyOutcome } from "./operations/verbs/rekey.ts";
import type { CompileOutcome } from "./operations/verbs/compile-policy.ts";
import type { ConvertOutcome } from "./operations/verbs/convert-policy.ts";
import type { UpdateKeysOutcome } from "./operations/verbs/update-keys.ts";
import type { TrustState } from "./operations/verbs/trust.ts";
import type { KeyChange } from "./policy/key-pin.ts";
import type { NewValue, SetOutcome, SetRequest } from "./operations/verbs/set.ts";
import type { UnsetRequest } from "./operations/verbs/unset.ts";
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
export type { CanOpen } from "./keys/recipient.ts";
export type { NamedReader, RuleReport, SecretReport, WhoReport } from "./operations/verbs/list.ts";
export type { Agreement } from "./agreement/agreement.ts";
export type { FileOfPerson, PersonReport, RuleOfPerson } from "./operations/verbs/who.ts";
export type {
  CheckMode,
  CheckReport,
  CheckRequest,
  CompileOutcome,
  ConvertOutcome,
  DecryptRequest,
  EditOptions,
  EncryptRequest,
};
export type { KeyChange, NewValue, PlannedFile, Project, ProjectOptions, RekeyOptions, RekeyOutcome, RuleInfo };
export type { GroupsOutcome, GroupsRequest };
export type { SetOutcome, SetRequest, TrustState, UnsetRequest, UpdateKeysOutcome, WhoAnswer, WriteOptions };
export type { WriteOutcome };

/**
 * The real world: files, terminal, environment, clock.
 * @returns a host to open a project with
 */
export async function systemHost(): Promise<ProjectOptions["host"]> {
  return (await import("./io/node-host.ts")).nodeHost();
}

/**
 * Opens the surroundings of a directory, and finishes a commit that an earlier run could not.
 * @param options the world, the directory, and who hears of what
 * @returns what every other function takes
 * @throws SecretsError `usage` where it is not a directory
 */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const { openProject: open } = await import("./operations/project/open-project.ts");
  return open(options);
}

/**
 * Reads a file that somebody named as input, or a pipe as `<(…)` makes one.
 * @param file a path
 * @returns its bytes, at most 64 MiB
 * @throws SecretsError `not-found`, `io`; `usage` for a directory; `malformed` for what is too large
 */
export async function readInputFile(project: Project, file: string): Promise<Uint8Array> {
  const { readInput } = await import("./io/input.ts");
  return readInput(project.host.files, { path: project.resolve(file), shown: file, pipes: true });
}

/**
 * Decrypts a secret into an editor and encrypts what was saved, or the content that is given; a new one starts empty.
 * @param file a path, there or not
 * @param options what the user allows, and the content
 * @returns whether it was created, updated or left as it was
 * @throws SecretsError `no-rule`, `policy`, `drift`, `lockout`, `refused`; `no-identity`, `tampered`, `malformed`; `editor`,
 *   `cannot-ask`; `changed`, `io`, `busy`
 */
export async function editSecret(project: Project, file: string, options?: EditOptions): Promise<WriteOutcome> {
  return (await import("./operations/verbs/edit.ts")).editSecret(project, file, options);
}

/**
 * Writes one value of a document, or a whole secret without opening the old one.
 * @param file a path, there or not
 * @param request the key, and the value, which is asked for once nothing can refuse any more
 * @returns what `editSecret` does, and whether the key is new
 * @throws SecretsError what `editSecret` throws; `usage` for a key that does not fit
 */
export async function setSecret(project: Project, file: string, request: SetRequest): Promise<SetOutcome> {
  return (await import("./operations/verbs/set.ts")).setSecret(project, file, request);
}

/**
 * Encrypts a file or standard input, or several files in place, all or none.
 * @param request what to read, where it goes, and what counts instead of the rule
 * @returns the files that were written; none where it went to standard output
 * @throws SecretsError `usage`, `bad-key`, `no-rule`, `policy`, `lockout`; `refused` where it is encrypted already or something
 *   would be lost; `malformed`; `changed`, `io`, `busy`
 */
export async function encrypt(project: Project, request: EncryptRequest): Promise<WriteOutcome[]> {
  return (await import("./operations/verbs/encrypt.ts")).encrypt(project, request);
}

/**
 * Decrypts a file or standard input, or several files in place, all or none; or one value of a document.
 * @param request what to read, where it goes, and what of it
 * @returns the files that were written, as they are shown; none where it went to standard output
 * @throws SecretsError `usage`, `not-found`, `no-identity`, `wrong-passphrase`, `tampered`, `malformed`; `refused` where something
 *   would be lost; `changed`, `io`, `busy`
 */
export async function decrypt(project: Project, request: DecryptRequest): Promise<string[]> {
  return (await import("./operations/verbs/decrypt.ts")).decrypt(project, request);
}

/**
 * Every secret below these paths with its rule, readers and agreement; needs no key.
 * @param paths files and directories; without any, the whole repository
 * @returns a report for each, sorted by path
 * @throws SecretsError `policy` where it is broken; `not-found`, `io`
 */
export async function listSecrets(project: Project, paths: readonly string[] = []): Promise<SecretReport[]> {
  return (await import("./operations/verbs/list.ts")).listSecrets(project, paths);
}

/**
 * Who reads one path, by which rule, and what stands in your way; needs no key.
 * @param file a path, there or not
 * @returns what the policy says, and the file too
 * @throws SecretsError `no-rule` where there is neither; `policy`, `io`
 */
export async function whoReads(project: Project, file: string): Promise<WhoReport> {
  return (await import("./operations/verbs/list.ts")).whoReads(project, file);
}

/**
 * Who reads a path or what is below a directory, or what a name of the policy reads; needs no key.
 * @param word a path or a name
 * @returns an answer of one of three kinds
 * @throws SecretsError what `whoReads` throws
 */
export async function who(project: Project, word: string): Promise<WhoAnswer> {
  return (await import("./operations/verbs/who.ts")).who(project, word);
}

/**
 * What `rekey` would do, found without a key.
 * @param paths as in `listSecrets`
 * @param options whether files that agree count too
 * @returns what is to be done with each file
 * @throws SecretsError `policy`, `not-found`, `malformed`; `no-rule` where nothing at all is ruled
 */
export async function planRekey(
  project: Project,
  paths: readonly string[] = [],
  options?: RekeyOptions,
): Promise<PlannedFile[]> {
  return (await import("./operations/verbs/rekey.ts")).planRekey(project, paths, options);
}

/**
 * Brings every secret file to the policy, all or nothing.
 * @param paths as in `listSecrets`
 * @param options what the user allows
 * @returns what was planned, written and left
 * @throws SecretsError what `planRekey` throws; `no-identity` before anything is written; `lockout`, `refused`; `tampered`;
 *   `changed`, `io`, `busy`
 */
export async function rekey(
  project: Project,
  paths: readonly string[] = [],
  options?: RekeyOptions,
): Promise<RekeyOutcome> {
  return (await import("./operations/verbs/rekey.ts")).rekey(project, paths, options);
}

/**
 * Whether what git would publish equals the policy, with nothing unencrypted; needs no key, unless it is asked to open files.
 * @param request what to look at, and how closely
 * @returns the findings, and what could not be looked at
 * @throws SecretsError `usage`, `policy`, `io`
 */
export async function check(project: Project, request: CheckRequest): Promise<CheckReport> {
  return (await import("./check/check.ts")).check(project, request);
}

/**
 * The rules that `check` goes by.
 * @returns each in words, in the order of their ids
 */
export async function checkRules(): Promise<RuleInfo[]> {
  return (await import("./operations/verbs/explain.ts")).checkRules();
}

/**
 * Whether reports can go to these files; for before the work begins.
 * @param files paths
 * @throws SecretsError `refused`, `io`
 */
export async function requireReportFiles(project: Project, files: readonly string[]): Promise<void> {
  return (await import("./check/write-report.ts")).requireReportFiles(project, files);
}

/**
 * Writes a report beside the secrets, or puts it at the end of what a file holds already.
 * @param file a path
 * @param report its text
 * @throws SecretsError `refused`, `changed`, `io`, `busy`
 */
export async function writeReport(
  project: Project,
  file: string,
  report: { readonly text: string; readonly append: boolean },
): Promise<void> {
  return (await import("./check/write-report.ts")).writeReport(project, file, report);
}

/**
 * Takes one key out of a document.
 * @param file a path
 * @param request the key
 * @returns whether the file was updated
 * @throws SecretsError what `editSecret` throws; `usage` for a key that is not there; `not-found`
 */
export async function unsetKey(project: Project, file: string, request: UnsetRequest): Promise<WriteOutcome> {
  return (await import("./operations/verbs/unset.ts")).unsetKey(project, file, request);
}

/**
 * Gives sops files a new data key, for the same readers, all or none.
 * @param paths files, and directories for the sops files below them
 * @param options what the user allows
 * @returns what became of each file
 * @throws SecretsError `usage` for a file that is not a sops file; `drift`, `refused`, `lockout`; `no-identity`, `tampered`;
 *   `changed`, `io`, `busy`
 */
export async function rotate(
  project: Project,
  paths: readonly string[],
  options?: WriteOptions,
): Promise<WriteOutcome[]> {
  return (await import("./operations/verbs/rotate.ts")).rotate(project, paths, options);
}

/**
 * Adds a key group to a sops document that no rule covers, or deletes some; who can no longer read it does not know the new data key.
 * @param file a path
 * @param request who is in the new group, which groups go, and how many it takes from now on
 * @returns what was written, and how many of its groups open it
 * @throws SecretsError `usage`, `bad-key`, `not-found` for a group; `refused` where a rule covers it or nobody could open it;
 *   `lockout`, `no-identity`, `tampered`, `malformed`; `changed`, `io`, `busy`
 */
export async function changeGroups(project: Project, file: string, request: GroupsRequest): Promise<GroupsOutcome> {
  return (await import("./operations/verbs/groups.ts")).changeGroups(project, file, request);
}

/**
 * What `updateKeys` would do, found without a key.
 * @param paths as in `rotate`
 * @param options as in `rekey`
 * @returns what is to be done with each file
 * @throws SecretsError `usage` for a file that is not a sops file; what `planRekey` throws
 */
export async function planUpdateKeys(
  project: Project,
  paths: readonly string[],
  options?: RekeyOptions,
): Promise<PlannedFile[]> {
  return (await import("./operations/verbs/update-keys.ts")).planUpdateKeys(project, paths, options);
}

/**
 * Brings the readers of sops files to the policy, all or none, after a question for each.
 * @param paths as in `rotate`
 * @param options as in `rekey`; `approve` asks nothing
 * @returns what became of each file
 * @throws SecretsError what `planUpdateKeys` and `rekey` throw; `cannot-ask`
 */
export async function updateKeys(
  project: Project,
  paths: readonly string[],
  options: RekeyOptions & { readonly approve: boolean },
): Promise<UpdateKeysOutcome[]> {
  return (await import("./operations/verbs/update-keys.ts")).updateKeys(project, paths, options);
}

/**
 * Whether a file is encrypted with sops; needs no key.
 * @param file a path
 * @param inputType its format, where the name does not tell
 * @returns as `sops filestatus` answers
 * @throws SecretsError `not-found`, `malformed`, `io`
 */
export async function isSopsEncrypted(project: Project, file: string, inputType?: string): Promise<boolean> {
  return (await import("./operations/verbs/file-status.ts")).isSopsEncrypted(project, file, inputType);
}

/**
 * Writes the literal `age:` lists that stock sops needs into the policy of the working directory.
 * @param options `check`: only look
 * @returns the rules whose list was missing or differed, by line
 * @throws SecretsError `no-rule`, `policy`; `changed`, `io`, `busy`
 */
export async function compilePolicy(project: Project, options: { readonly check: boolean }): Promise<CompileOutcome> {
  return (await import("./operations/verbs/compile-policy.ts")).compilePolicy(project, options);
}

/**
 * Writes the policy of the working directory as one of another kind, beside it, with the same readers for every file.
 * @param to `sops-yaml` or `secrets-nix`
 * @param options `write`: false to get the text only
 * @returns the text, and what of the policy does not translate
 * @throws SecretsError `usage`, `no-rule`, `policy`; `refused`: the file is there already; `io`, `busy`
 */
export async function convertPolicy(
  project: Project,
  to: string,
  options: { readonly write: boolean },
): Promise<ConvertOutcome> {
  return (await import("./operations/verbs/convert-policy.ts")).convertPolicy(project, to, options);
}

/**
 * The secrets that the rules of agenix give to a shell (`agenix-shell-secrets`).
 * @returns absolute paths by name
 * @throws SecretsError `policy`
 */
export async function shellSecrets(project: Project): Promise<ReadonlyMap<string, string>> {
  return (await import("./operations/verbs/shell-secrets.ts")).shellSecrets(project);
}

/**
 * Which keys the user has confirmed for the repository of the working directory, and what its policies say beside.
 * @returns both, owner by owner
 * @throws SecretsError `no-rule` without any policy; `policy`
 */
export async function trustState(project: Project): Promise<TrustState> {
  return (await import("./operations/verbs/trust.ts")).trustState(project);
}

/**
 * Confirms all keys that the policies of the repository name now, and no others.
 * @returns what is confirmed then
 * @throws SecretsError what `trustState` throws; `io`
 */
export async function confirmKeys(project: Project): Promise<TrustState> {
  return (await import("./operations/verbs/trust.ts")).confirmKeys(project);
}

/**
 * Forgets what was confirmed for the repository.
 * @returns whether there was anything
 * @throws SecretsError `io`
 */
export async function forgetKeys(project: Project): Promise<boolean> {
  return (await import("./operations/verbs/trust.ts")).forgetKeys(project);
}

/**
 * One owner's change in a line for people.
 * @param change keys as they are compared with their owner
 * @returns the line
 */
export async function changeLine(change: KeyChange): Promise<string> {
  return (await import("./policy/key-pin.ts")).changeLine(change);
}
