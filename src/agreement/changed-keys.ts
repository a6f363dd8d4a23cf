/**
 * Did somebody leave, did somebody come, or has one and the same person another key?
 *
 * A comparison of keys alone shows bob's new key as a newcomer and his old one as a stranger. With the names that keys had
 * before, both are bob: his key changed, and that is what is shown, old and new. Pure.
 */
import { grouped, without } from "../keys/distinct.ts";
import type { Recipient } from "../keys/recipient.ts";
import { keyName, shownKey } from "../keys/shown-key.ts";
import type { Policy } from "../policy/policy.ts";
import type { Agreement } from "./agreement.ts";

/** Who was compared. */
export interface Compared {
  readonly policy: Policy;
  /** Those who read the file, as far as they are known. */
  readonly standing: readonly Recipient[];
  /** Those who should. */
  readonly wanted: readonly Recipient[];
  /** Names that the policy had for keys before, by `Recipient.id`. */
  readonly former: ReadonlyMap<string, { readonly name: string }>;
}

/** The same agreement, in which whoever had a name before has it, and changed keys are told from changed people. */
export function withFormerNames(agreement: Agreement, { policy, standing, wanted, former }: Compared): Agreement {
  const removed = without(standing, wanted);
  if (agreement.status !== "differ" || removed.length === 0) return agreement;
  const nameOf = (key: Recipient) => policy.nameOf(key) ?? former.get(key.id)?.name;
  const [before, after] = [grouped(removed, nameOf), grouped(without(wanted, standing), nameOf)];
  const changed = [...after].flatMap(([name, now]) => {
    const was = before.get(name);
    return name === undefined || was === undefined ? [] : [{ name, was: was.map(shownKey), now: now.map(shownKey) }];
  });
  const isChanged = (name: string) => changed.some((one) => name === one.name || name.startsWith(`${one.name} (`));
  const found = removed.filter((key) => policy.nameOf(key) === undefined && former.has(key.id));
  const texts = new Set(found.map(keyName));
  const extra = [...agreement.extra.filter((name) => !texts.has(name)), ...found.flatMap((key) => nameOf(key) ?? [])];
  return {
    ...agreement,
    changed,
    missing: agreement.missing.filter((name) => !isChanged(name)),
    extra: [...new Set(extra)].filter((name) => !isChanged(name)).sort(),
    // Those of an age file whose keys were not among those that it was compared with.
    strangers: agreement.strangers - found.filter((key) => !agreement.extra.includes(keyName(key))).length,
  };
}
