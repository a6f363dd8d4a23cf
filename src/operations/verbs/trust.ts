/**
 * Which keys does this repository encrypt to that its user has not confirmed yet?
 *
 * Shows what has changed since they were looked at last, per owner, and keeps the answer where nothing that is pulled can
 * reach it.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { isPolicyFile } from "../../policy/sources/index.ts";
import { listFiles } from "../../git/listing.ts";
import {
  compareKeys,
  EMPTY_PIN,
  keysOfPolicy,
  pinData,
  pinOf,
  type KeyChange,
  type KeyPin,
} from "../../policy/key-pin.ts";
import { forgetLoaded, pinFor, policyLabel } from "../identities/confirmed-keys.ts";
import { pinFile, pinPlace, removePin, writePin, type PinPlace } from "../identities/pin-store.ts";
import type { PolicyFile } from "../project/policies.ts";
import type { Project } from "../project/project.ts";

/** What was confirmed, and what would be. */
export interface TrustState {
  /** The repository, as it is shown. */
  readonly repository: string;
  /** The file that holds the confirmed keys, as it is shown; undefined where there is none yet. */
  readonly file: string | undefined;
  /** Public keys by the name of a user or host, and by the rule that names a key without one. */
  readonly confirmed: { readonly names: Record<string, string[]>; readonly rules: Record<string, string[]> };
  /** What the policies say now and the confirmed keys do not, owner by owner. */
  readonly changes: readonly KeyChange[];
}

interface Trust {
  readonly state: TrustState;
  readonly place: PinPlace;
  /** What there would be to confirm. */
  readonly now: KeyPin;
}

export async function trustState(project: Project): Promise<TrustState> {
  return (await trust(project)).state;
}

export async function confirmKeys(project: Project): Promise<TrustState> {
  const { place, now, state } = await trust(project);
  if (state.file !== undefined && state.changes.length === 0) return state;
  await writePin(project, place, now);
  forgetLoaded(project);
  return trustState(project);
}

export async function forgetKeys(project: Project): Promise<boolean> {
  const here = join(project.directory, "x");
  // Forgetting must work where the policy does not.
  const policy = await project.policy(here).catch(() => undefined);
  forgetLoaded(project);
  return removePin(project, await pinPlace(project, here, policy?.path));
}

async function trust(project: Project): Promise<Trust> {
  const here = join(project.directory, "x");
  const policies = await policiesHere(project, here);
  const { pin = EMPTY_PIN, place } = await pinFor(project, here, policies[0]?.path);
  const keys = policies.flatMap((policy) => keysOfPolicy(policy.policy, policyLabel(place, policy)));
  const path = pinFile(project, place);
  const isThere = path !== undefined && (await project.host.files.stat(path)) !== undefined;
  const state: TrustState = {
    repository: project.show(place.root),
    file: isThere ? project.show(path) : undefined,
    confirmed: pinData(pin),
    changes: compareKeys(pin, keys),
  };
  return { state, place, now: pinOf(keys) };
}

/** The policy of the working directory first, then every other one of the repository. */
async function policiesHere(project: Project, here: string): Promise<PolicyFile[]> {
  const first = await project.policy(here);
  const repository = await project.repository(here);
  const found = new Map(first === undefined ? [] : [[first.path, first]]);
  const files = repository === undefined ? [] : await listFiles(project.host, repository.root);
  for (const path of files.filter(isPolicyFile)) {
    const policy = await project.policy(path);
    if (policy !== undefined) found.set(policy.path, policy);
  }
  if (found.size > 0) return [...found.values()];
  throw new SecretsError("no-rule", "there is no policy here, so there are no keys to confirm", {
    hint: "change to the repository, or name the policy with --config",
  });
}
