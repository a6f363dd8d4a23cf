/** Do the readers that an age file declares agree with the policy? */
import type { AgeHeader } from "../documents/age/header.ts";
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

/** How the readers of an age file differ from those of the rule. */
export interface AgeFileDifference {
  readonly status: Agreement["status"];
  readonly missing: readonly Recipient[];
  readonly missingUnknown: number;
  readonly extra: readonly Recipient[];
  /** Readers whom the policy does not know. */
  readonly strangers: number;
}

/** By file and rule: a check asks for several rules of its own, and each answer hashes every key of the policy. */
const answers = new WeakMap<AgeHeader, WeakMap<Ruled, Promise<AgeFileDifference>>>();

/** @param former keys that the policy had a name for before */
export function ageFileDifference(
  header: AgeHeader,
  ruled: Ruled,
  former: readonly Recipient[] = [],
): Promise<AgeFileDifference> {
  if (former.length > 0) return compared(header, ruled, former);
  const ofFile = answers.get(header) ?? new WeakMap<Ruled, Promise<AgeFileDifference>>();
  answers.set(header, ofFile);
  const answer = ofFile.get(ruled) ?? compared(header, ruled, []);
  ofFile.set(ruled, answer);
  return answer;
}

async function compared(
  header: AgeHeader,
  { policy, ruling }: Ruled,
  former: readonly Recipient[],
): Promise<AgeFileDifference> {
  const known = [...knownKeys(policy), ...former];
  const found = await agreement(header, { wanted: ageRecipients(ruling.readers), known });
  const nothing = { missing: [], missingUnknown: 0, extra: [], strangers: 0 };
  if (found.status !== "differ") return { ...nothing, status: found.status };
  const { status, missing, missingUnknown, extra, extraUnknown: strangers } = found;
  return { status, missing, missingUnknown, extra, strangers };
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
  return found.status !== "agree" && !(found.status === "differ" && found.extra.length + found.extraUnknown === 0);
}
