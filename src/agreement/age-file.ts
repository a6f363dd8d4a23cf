/** Do the readers that an age file declares agree with the policy? */
import type { AgeFileDifference, AgeHeader } from "../documents/age/header.ts";
import { agreement } from "../documents/age/readers.ts";
import type { Recipient } from "../keys/recipient.ts";
import { ageRecipients } from "../policy/policy.ts";
import {
  cannotEncrypt,
  foreignKeysOf,
  hostKeys,
  knownKeys,
  namesOf,
  NO_DIFFERENCE,
  type Agreement,
  type Ruled,
} from "./agreement.ts";

/** By file and rule: a check asks for several rules of its own, and each answer hashes every key of the policy. */
const answers = new WeakMap<AgeHeader, WeakMap<Ruled, Promise<AgeFileDifference>>>();

/** @param former keys that the policy had a name for before */
export function ageFileDifference(
  header: AgeHeader,
  ruled: Ruled,
  former: readonly Recipient[] = [],
): Promise<AgeFileDifference> {
  const wanted = ageRecipients(ruled.ruling.readers);
  if (former.length > 0) return agreement(header, { wanted, known: [...knownKeys(ruled.policy), ...former] });
  const ofFile = answers.get(header) ?? new WeakMap<Ruled, Promise<AgeFileDifference>>();
  answers.set(header, ofFile);
  const answer = ofFile.get(ruled) ?? agreement(header, { wanted, known: knownKeys(ruled.policy) });
  ofFile.set(ruled, answer);
  return answer;
}

/** @param former keys that the policy had a name for before */
export async function compareAgeFile(
  header: AgeHeader,
  ruled: Ruled,
  former: readonly Recipient[] = [],
): Promise<Agreement> {
  const found = await ageFileDifference(header, ruled, former);
  const { policy, ruling } = ruled;
  return {
    ...NO_DIFFERENCE,
    status: found.status,
    missing: namesOf(found.missing, policy, ruling.readers),
    extra: namesOf(found.extra, policy, ruling.readers),
    strangers: found.strangers,
    missingUnknown: found.missingUnknown,
    stuck: found.status === "agree" ? undefined : cannotEncrypt("age", foreignKeysOf(ruling.readers)),
  };
}

/** Whether anybody but the policy's hosts may read it; who cannot be told counts as a person. */
export async function personMayRead(header: AgeHeader, ruled: Ruled): Promise<boolean> {
  const known = ageRecipients(ruled.ruling.readers);
  const found = await agreement(header, { wanted: hostKeys(ruled), known });
  return found.status === "unknown" || found.extra.length + found.strangers > 0;
}
