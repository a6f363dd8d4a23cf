/**
 * How does a change reach the disk? Every write into a repository ends here; what is kept in the user's own directories (a rescue,
 * confirmed keys) goes to `io/commit` by itself.
 */
import { SecretsError } from "../../errors.ts";
import { checkWritable, commit } from "../../io/commit.ts";
import type { Change } from "../../io/stage.ts";
import { ioError } from "../../io/io-error.ts";
import { admit, type Grant } from "./admit.ts";
import type { SealedSecret, Secret } from "../secrets/secret.ts";
import { tellWhatIsLeft } from "./gates.ts";
import { stateFor, type Project, type StateOptions } from "../project/project.ts";
import { refuseOutput, type Output } from "./output.ts";

export interface WriteOutcome {
  readonly status: "created" | "updated" | "unchanged";
  /** As it is shown. */
  readonly file: string;
}

/**
 * Commits what secrets have become, all or nothing, and says what re-encryption cannot do.
 * @throws SecretsError what `commitChanges` throws
 */
export async function writeSecrets(project: Project, sealed: readonly SealedSecret[]): Promise<WriteOutcome[]> {
  const changes = sealed.map(({ change }) => change);
  await commitChanges(project, changes, { grants: await grantsOf(sealed) });
  for (const { secret, keepsContent } of sealed) if (keepsContent) await tellWhatIsLeft(project, secret);
  return sealed.map(({ change }) => ({
    status: change.expected === "absent" ? "created" : "updated",
    file: project.show(change.path),
  }));
}

/** The same for one that may stay as it is. */
export async function writeSecret(
  project: Project,
  secret: Secret,
  sealed: SealedSecret | undefined,
): Promise<WriteOutcome> {
  const [outcome] = sealed === undefined ? [] : await writeSecrets(project, [sealed]);
  return outcome ?? { status: "unchanged", file: secret.file };
}

/** Whom these writes let in. Whoever named them needs nobody's word. */
export function grantsOf(sealed: readonly SealedSecret[]): Promise<Grant[]> {
  const grantOf = async ({ path, file, recipients, ruled, byHand, look }: Secret): Promise<Grant> => {
    return { path, file, recipients, ruled: byHand ? undefined : ruled, byHand, standing: (await look())?.standing };
  };
  return Promise.all(sealed.map(({ secret }) => grantOf(secret)));
}

/** @throws SecretsError what a commit of this path would, as far as that can be found out before anything is typed */
export async function requireWritable(project: Project, path: string): Promise<void> {
  try {
    const root = (await project.repository(path))?.root;
    await checkWritable(project.host, path, { ...(await stateOf(project, path)), root });
  } catch (error) {
    throw shownError(project, ioError(error, project.show(path), "write"));
  }
}

/** How often work is started again because somebody else was faster. */
const ROUNDS = 5;

/** Does it again, from reading on, where a file was changed meanwhile. @throws SecretsError `changed` when that happens too often */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SecretsError) || error.code !== "changed" || round === ROUNDS) throw error;
    }
  }
}

/** What is written, beside the bytes. */
export interface CommitDetails extends Pick<Output, "isPolicy"> {
  /** The secrets among the files, by who will read them. */
  readonly grants: readonly Grant[];
}

/**
 * All or nothing, in each repository that they reach into: a run that reaches into a submodule has two commits.
 * @throws SecretsError `refused` for what no write may replace, or a reader whom nobody confirmed; `changed`, `io`, `busy`
 */
export async function commitChanges(project: Project, changes: readonly Change[], what: CommitDetails): Promise<void> {
  const { grants, isPolicy } = what;
  for (const { path } of changes) await refuseOutput(project, { path, isPolicy });
  await admit(project, grants);
  const byState = new Map<string, { readonly options: StateOptions; readonly group: Change[] }>();
  for (const change of changes) {
    const options = await stateOf(project, change.path);
    const { group } = byState.get(options.state) ?? { group: [] };
    byState.set(options.state, { options, group: [...group, change] });
  }
  for (const { options, group } of byState.values()) await commitGroup(project, options, group);
}

/** Of the file itself, wherever a link to it lies. */
async function stateOf(project: Project, path: string): Promise<StateOptions> {
  return stateFor(project, await project.host.files.realpath(path).catch(() => path));
}

async function commitGroup(project: Project, options: StateOptions, changes: readonly Change[]): Promise<void> {
  const path = changes[0]?.path ?? options.state;
  const root = (await project.repository(path))?.root;
  try {
    await commit(project.host, changes, { ...options, root, warn: project.tell });
  } catch (error) {
    throw shownError(project, ioError(error, project.show(path), "write"));
  }
}

/** With the path as the user named it, where a lower layer knew the absolute one. */
function shownError(project: Project, error: Error): Error {
  if (!(error instanceof SecretsError) || error.at === undefined) return error;
  return error.with({ at: { ...error.at, file: project.show(error.at.file) } });
}
