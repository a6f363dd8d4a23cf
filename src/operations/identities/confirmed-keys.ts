/**
 * Was every key that is about to be encrypted to confirmed by the one who writes?
 *
 * Only for those who asked for it: by `trust: pin` in their own configuration, or by `secrets trust` in this repository. A
 * key that is new to them, whatever the policy says, stops the write. Keys that are taken away need nobody's word.
 */
import { relative } from "node:path";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { isInside } from "../../io/inside.ts";
import {
  changeLine,
  compareKeys,
  EMPTY_PIN,
  isPinned,
  isPinnedAnywhere,
  keysOfPolicy,
  keysOfRule,
  type KeyPin,
} from "../../policy/key-pin.ts";
import { shownKey } from "../../keys/shown-key.ts";
import { pinPlace, readPin, type PinPlace } from "./pin-store.ts";
import type { PolicyFile } from "../project/policies.ts";
import type { Project } from "../project/project.ts";
import { userConfig } from "../project/user-config.ts";
import type { Secret } from "../secrets/secret.ts";

/** Who will be able to read a file once it is written; without a rule the file itself names them. */
export type Readable = Pick<Secret, "path" | "file" | "recipients" | "ruled">;

/** @throws SecretsError `refused` with the difference per owner; `policy` where what was confirmed cannot be read */
export async function requireConfirmed(project: Project, readable: readonly Readable[]): Promise<void> {
  const lines = new Set<string>();
  let first: (Readable & { readonly place: PinPlace }) | undefined;
  for (const each of readable) {
    const { pin, place } = await pinFor(project, each.path, each.ruled?.file.path);
    if (pin === undefined) continue;
    for (const line of unconfirmed(pin, place, each)) {
      first ??= { ...each, place };
      lines.add(line);
    }
  }
  if (first === undefined) return;
  if (project.acceptReaders) {
    const known = accepted.get(project) ?? new Set<string>();
    accepted.set(project, new Set([...known, ...lines]));
    for (const line of lines) if (!known.has(line)) project.say(`accepted without confirmation: ${line}`);
    return;
  }
  throw new SecretsError("refused", "it would be encrypted to keys that you have not confirmed", {
    at: { file: first.file },
    notes: [...lines],
    hint: `if they are right: ${trustCommand(project, first.place)}; where nobody can be asked: --accept-readers`,
  });
}

/** Asked before anything is typed and once more by the commit; said once. */
const accepted = new WeakMap<Project, ReadonlySet<string>>();

/** The pin that holds for a file; undefined where its user asked for none. */
export async function pinFor(
  project: Project,
  path: string,
  policy: string | undefined,
): Promise<{ readonly pin: KeyPin | undefined; readonly place: PinPlace }> {
  const known = places.get(project) ?? new Map<string, ReturnType<typeof pinFor>>();
  places.set(project, known);
  const place = await pinPlace(project, path, policy);
  const loading = known.get(place.root) ?? loadPin(project, place);
  known.set(place.root, loading);
  return loading;
}

/** Read once per run, and again after it was written. */
const places = new WeakMap<Project, Map<string, ReturnType<typeof pinFor>>>();

export function forgetLoaded(project: Project): void {
  places.delete(project);
}

async function loadPin(project: Project, place: PinPlace): ReturnType<typeof pinFor> {
  const pin = await readPin(project, place);
  if (pin !== undefined) return { pin, place };
  return { pin: (await userConfig(project)).trust === "pin" ? EMPTY_PIN : undefined, place };
}

/** How a policy is called in a pin: by its path in the repository, so that it is the same in every worktree. */
export function policyLabel({ root }: PinPlace, policy: PolicyFile): string {
  return isInside(root, policy.path) ? relative(root, policy.path) : policy.path;
}

function unconfirmed(pin: KeyPin, place: PinPlace, { recipients, ruled }: Readable): string[] {
  if (ruled === undefined) {
    const strange = recipients.filter((key) => !isPinnedAnywhere(pin, key));
    return strange.map((key) => `+ a reader that the file itself names: ${shownKey(key)}`);
  }
  const label = policyLabel(place, ruled.file);
  const keys = keysOfRule(ruled.ruling, label).filter((key) => !isPinned(pin, key));
  if (keys.length === 0) return [];
  const owners = new Set(keys.map(({ owner }) => owner));
  const changes = compareKeys(pin, [...keysOfPolicy(ruled.file.policy, label), ...keys]);
  return changes.filter(({ owner, added }) => added.length > 0 && owners.has(owner)).map(changeLine);
}

function trustCommand(project: Project, { root }: PinPlace): string {
  const { cwd } = project.host.system;
  if (isInside(root, cwd)) return "secrets trust";
  return `secrets -C ${shellWord(isInside(cwd, root) ? relative(cwd, root) : root)} trust`;
}
