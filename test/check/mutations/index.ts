/**
 * Which single changes does the corpus make, and what must be found after each?
 *
 * One file per topic, one line here. Mutations that must not be noticed are among them.
 */
import type { CheckReport } from "../../../src/index.ts";
import { byHand } from "./by-hand.ts";
import { harmless } from "./harmless.ts";
import { leaves } from "./leaves.ts";
import { leftovers } from "./leftovers.ts";
import { lookAlikes } from "./look-alikes.ts";
import type { Expected, Mutation } from "./mutation.ts";
import { moved } from "./moved.ts";
import { damagedAge, verified } from "./opened.ts";
import { overTime } from "./over-time.ts";
import { plaintext } from "./plaintext.ts";
import { policies } from "./policies.ts";
import { holderKeys, keyMutations } from "./private-keys.ts";
import { readers } from "./readers.ts";
import { sensitive } from "./sensitive.ts";
import { settings } from "./settings.ts";
import { structure } from "./structure.ts";
import { surroundings } from "./surroundings.ts";
import { uncovered } from "./uncovered.ts";
import { unselected } from "./unselected.ts";
import { values } from "./values.ts";

export type { Expected, Mutation };

/** All of them. */
export const mutations: readonly Mutation[] = [
  ...plaintext,
  ...sensitive,
  ...leaves,
  ...settings,
  ...unselected,
  ...readers,
  ...structure,
  ...byHand,
  ...moved,
  ...lookAlikes,
  ...verified,
  damagedAge,
  ...keyMutations,
  ...holderKeys,
  ...overTime,
  ...leftovers,
  ...surroundings,
  ...uncovered,
  ...values,
  ...policies,
  ...harmless,
];

/** What a check found, in the form of the expectations, each once. */
export function foundIn(report: CheckReport): Expected[] {
  return [...new Set(report.findings.map(({ rule, path }) => `${rule} ${path}`))];
}
