/**
 * Which rule covers this file, and may it be written by it?
 */
import { placed } from "../../words/phrases.ts";
import { dirname, isAbsolute, join, relative } from "node:path";
import { dressed, SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { foreignKeysOf } from "../../agreement/agreement.ts";
import { attempt } from "../../io/io-error.ts";
import { canShare } from "../../keys/distinct.ts";
import { onlyProgram } from "../../keys/index.ts";
import { sameReaders } from "../../policy/nearest.ts";
import type { Policy, Reader, Ruling } from "../../policy/policy.ts";
import { noPolicy } from "./no-policy.ts";
import { policyPath, type PolicyFile } from "./policies.ts";
import { isAgePath, requireFile, statOf, type Project } from "./project.ts";

/** A file with what the policy says of it. */
export interface RuledFile {
  readonly file: PolicyFile;
  readonly policy: Policy;
  readonly ruling: Ruling;
}

/**
 * The rule of a file, or undefined where no policy or no rule covers it.
 * @param path absolute
 * @throws SecretsError `policy`
 */
export async function ruleOf(project: Project, path: string): Promise<RuledFile | undefined> {
  const file = await project.policy(path);
  const ruling = file?.policy.rule(policyPath(file, path));
  return file === undefined || ruling === undefined ? undefined : { file, policy: file.policy, ruling };
}

/**
 * The same for who looks at many files: what is wrong with the rule of one is no matter of the others.
 * @throws SecretsError `policy`: the whole policy is broken
 */
export async function ruleOrProblem(project: Project, path: string): Promise<RuledFile | SecretsError | undefined> {
  try {
    return await ruleOf(project, path);
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    await project.policies(path);
    return error;
  }
}

/**
 * The same for a verb that writes.
 * @throws SecretsError `no-rule` with the line to add; `usage` for a directory; `refused` where a symlink leads to a file
 * with other readers
 */
export async function requireRule(project: Project, path: string): Promise<RuledFile> {
  const at = { file: project.show(path) };
  const stat = await statOf(project, path);
  if (stat !== undefined) requireFile(project, path, stat);
  const file = await project.policy(path);
  const notes = isAgePath(path) ? [NAMES_NOBODY] : [];
  if (file === undefined) throw dressed(await noPolicy(project, path, at), { notes });
  const inside = policyPath(file, path);
  const ruling = file.policy.rule(inside);
  if (ruling === undefined) {
    throw new SecretsError("no-rule", `no rule of ${project.show(file.path)} covers this path`, {
      at,
      notes,
      hint: missingRule(project, file, inside),
    });
  }
  const ruled = { file, policy: file.policy, ruling };
  await refuseOtherReaders(project, path, ruled);
  return ruled;
}

/** What of a rule a file has a place for. */
export interface Servings {
  /**
   * Keys that only other programs can use: `kept` where they stand already beside ours, `wanted` in a new document, `ignored` where
   * only the recipients of age count.
   */
  readonly foreign: "kept" | "wanted" | "ignored";
  /** Whether each reader has an entry of their own, so that any keys go together, and in several groups. */
  readonly entries: boolean;
}

/**
 * Whether anything can be encrypted by this rule, here and for such a file.
 * @throws SecretsError `policy`: the rule names nobody, or says two things; `refused`: only another program can serve it
 */
export function requireServable(file: string, { ruling }: RuledFile, { foreign, entries }: Servings): void {
  const { readers, settings, compiled, at } = ruling;
  const refuse = (message: string, hint: string) => {
    throw new SecretsError("policy", message, { at, hint });
  };
  if (compiled === "differs") {
    refuse(
      "its `age` list differs from its `readers`, which it is compiled from",
      "compile it again: secrets policy compile",
    );
  }
  if (settings.hasEmptyGroup === true) {
    refuse(
      "one of its key groups has no keys",
      "write for example key_groups: [{ age: [alice, bob] }, { age: [carol] }]",
    );
  }
  const hasOurs = readers.some(({ keys }) => keys.some((key) => onlyProgram(key) === undefined));
  if (foreign !== "kept" || !hasOurs) refuseForeign(file, ruling, foreign === "ignored" ? "age" : "sops");
  if (!hasOurs) {
    refuse(
      "the rule for this file names no reader with a key",
      `name a user, host, team or age recipient there for ${file}`,
    );
  }
  if (!entries && !canShare(readers.flatMap(({ keys }) => keys))) {
    refuse(
      `an age file cannot be for ${mixedKeys(readers)} at once`,
      "give all of them the same kind of key, or keep the secret in a sops file, where each reader has an entry",
    );
  }
  if (!entries && settings.groups !== undefined) {
    refuse(
      "its rule has several key groups, and an .age secret has none: any one reader opens it",
      `give ${file} a line of its own under \`secrets:\``,
    );
  }
}

/** @throws SecretsError `refused`: the rule asks for keys that only another program can encrypt to */
function refuseForeign(file: string, { readers, settings, at }: Ruling, program: "age" | "sops"): void {
  const others = program === "age" ? [] : settings.foreign.map(({ text }) => text);
  const keys = [...others, ...foreignKeysOf(readers)].join(", ");
  if (keys === "") return;
  throw new SecretsError("refused", `the rule asks for ${keys}, which only ${program} can encrypt to`, {
    at,
    hint: `encrypt ${file} with ${program}, or take these keys out of the rule`,
  });
}

function mixedKeys(readers: readonly Reader[]): string {
  const named = (isLabelled: boolean) =>
    readers
      .filter(({ keys }) => keys.some(({ labels }) => (labels !== undefined) === isLabelled))
      .map(({ name }) => name)
      .join(", ");
  return `post-quantum keys (${named(true)}) and for classic ones (${named(false)})`;
}

/** Unlike a sops document, which keeps its readers where no rule says who they are. */
const NAMES_NOBODY = "an .age file does not name its readers: without a rule, encrypt it with --age RECIPIENT";

/** The line to add. */
function missingRule(project: Project, { path, policy }: PolicyFile, inside: string): string {
  const { line, under } = policy.missingRule(inside);
  const where = under === undefined ? "to" : `under \`${under}:\` in`;
  return `add a line ${where} ${project.show(path)}:  ${line}`;
}

/** Through a symlink the bytes land in another file, whose own rule must not be got around. */
async function refuseOtherReaders(project: Project, path: string, ruled: RuledFile): Promise<void> {
  const real = await realPath(project, path, ruled.file.directory);
  if (real === path) return;
  const other = (await ruleOf(project, real))?.ruling;
  if (other === undefined || sameReaders(other, ruled.ruling)) return;
  throw new SecretsError("refused", `this is a symlink to ${project.show(real)}, whose rule names other readers`, {
    at: { file: project.show(path) },
    hint: `name the file itself: ${shellWord(project.show(real))}`,
  });
}

/** Where the path really leads, in the words that the policy's directory was reached by. */
async function realPath(project: Project, path: string, base: string): Promise<string> {
  const { realpath } = project.host.files;
  return attempt(project.show(path), "read", async () => {
    let existing = path;
    while ((await project.host.files.stat(existing)) === undefined) existing = dirname(existing);
    const real = join(await realpath(existing), relative(existing, path));
    const inside = relative(await realpath(base), real);
    return inside.startsWith("..") || isAbsolute(inside) ? real : join(base, inside);
  });
}

/** As `ruleOf`, for verbs that only read: a broken policy is told and passed over. */
export async function ruleForReading(project: Project, path: string): Promise<RuledFile | undefined> {
  try {
    return await ruleOf(project, path);
  } catch (error) {
    if (!(error instanceof SecretsError) || error.code !== "policy") throw error;
    if (!toldOf.has(error)) project.warn(placed(error.at, error.message));
    toldOf.add(error);
    return undefined;
  }
}

/** A policy is loaded once, and so its error is one object: it is told once, however many files it rules. */
const toldOf = new WeakSet<SecretsError>();
