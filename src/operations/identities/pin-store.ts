/**
 * Which keys has this user confirmed for this repository, and where is that kept?
 *
 * The pin lies in the user's own state directory, where nothing that is pulled can reach it. Git's common directory, which
 * no clone brings along either, names it: so it holds for all worktrees and moves with the directory, and a clone begins
 * without one. Outside of git the directory of the policy names it by its path.
 */
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { commit } from "../../io/commit.ts";
import { attempt } from "../../io/io-error.ts";
import { sha256 } from "../../io/stream.ts";
import { EMPTY_PIN, parsePin, pinText, type KeyPin } from "../../policy/key-pin.ts";
import { stateFor, statOf, type Project } from "../project/project.ts";
import { userCommits, userStateDirectory } from "../project/user-directories.ts";

/** In git's common directory: the name of the pin. */
const MARKER = "secrets-trust";
const NAME = /^[0-9a-f]{32}$/;

/** Where the pin of a repository is, or would be. */
export interface PinPlace {
  /** The repository, or the directory of the policy. */
  readonly root: string;
  /** The file in git's common directory that names the pin; undefined outside of git. */
  readonly marker: string | undefined;
  /** 32 hex digits; undefined where none was made yet. */
  readonly name: string | undefined;
  /** The marker is there and names nothing. */
  readonly isDamaged: boolean;
}

/** @param path absolute: a file of the repository @param policy of that file; undefined where there is none */
export async function pinPlace(project: Project, path: string, policy: string | undefined): Promise<PinPlace> {
  const repository = await project.repository(path);
  if (repository === undefined) {
    const root = dirname(policy ?? path);
    const real = await attempt(project.show(root), "read", () => project.host.files.realpath(root));
    return { root, marker: undefined, name: sha256(real).slice(0, 32), isDamaged: false };
  }
  const marker = join(repository.commonDirectory, MARKER);
  const named = (await textIfThere(project, marker))?.trim();
  const isDamaged = named !== undefined && !NAME.test(named);
  return { root: repository.root, marker, name: isDamaged ? undefined : named, isDamaged };
}

/**
 * The pin; undefined where none was ever made. One that is named and gone confirms nothing.
 * @throws SecretsError `policy`: damaged, or without a home directory where it could be
 */
export async function readPin(project: Project, place: PinPlace): Promise<KeyPin | undefined> {
  if (place.isDamaged) {
    throw new SecretsError("policy", "it does not name the keys that you confirmed for this repository", {
      at: { file: project.show(place.marker ?? place.root) },
      hint: "look at the keys again: secrets trust --forget && secrets trust",
    });
  }
  const isMarked = place.marker !== undefined && place.name !== undefined;
  const path = pinFile(project, place);
  if (path === undefined && isMarked) throw noHome();
  const text = path === undefined ? undefined : await textIfThere(project, path);
  if (path === undefined || text === undefined) return isMarked ? EMPTY_PIN : undefined;
  return parsePin(text, project.show(path));
}

async function textIfThere(project: Project, path: string): Promise<string | undefined> {
  if ((await statOf(project, path)) === undefined) return undefined;
  return new TextDecoder().decode(await attempt(project.show(path), "read", () => project.host.files.read(path)));
}

/** Absolute; undefined where the pin has no name yet, or there is no home directory. */
export function pinFile(project: Project, { name }: PinPlace): string | undefined {
  const directory = userStateDirectory(project.host);
  return directory === undefined || name === undefined ? undefined : join(directory, "trust", `${name}.json`);
}

/** The pin first, then what names it: where the second fails, nothing has been confirmed. */
export async function writePin(project: Project, place: PinPlace, pin: KeyPin): Promise<void> {
  const directory = userStateDirectory(project.host);
  const state = userCommits(project.host);
  if (directory === undefined || state === undefined) throw noHome();
  const { textChange } = await import("../secrets/sops-document.ts");
  const name = place.name ?? randomBytes(16).toString("hex");
  const trust = join(directory, "trust");
  await attempt(trust, "create", () => project.host.files.makeDirectory(trust, 0o700));
  const change = textChange(join(trust, `${name}.json`), "any", pinText(pin, place.root));
  await commit(project.host, [{ ...change, mode: 0o600 }], { state, warn: project.tell });
  if (place.marker === undefined || place.name !== undefined) return;
  const marker = { ...textChange(place.marker, "any", `${name}\n`), mode: 0o600 };
  const options = await stateFor(project, join(place.root, "x"));
  await commit(project.host, [marker], { ...options, warn: project.tell });
}

/** @returns whether there was anything to forget */
export async function removePin(project: Project, place: PinPlace): Promise<boolean> {
  let found = false;
  for (const path of [place.marker, pinFile(project, place)]) {
    if (path === undefined || (await statOf(project, path)) === undefined) continue;
    await attempt(project.show(path), "write", () => project.host.files.remove(path));
    found = true;
  }
  return found;
}

function noHome(): SecretsError {
  return new SecretsError("policy", "there is no home directory to keep confirmed keys in", {
    hint: "set HOME or XDG_STATE_HOME",
  });
}
