/**
 * Does this file agree with the policy, and if not, whom does that concern?
 *
 * The vocabulary of the room: what was compared, what differs, and how keys become people. Everybody who asks whether a file
 * agrees asks here: what writes, what looks, and what checks. Pure.
 */
import { onlyProgram } from "../keys/index.ts";
import type { Recipient } from "../keys/recipient.ts";
import { keyName, shownKey } from "../keys/shown-key.ts";
import type { Policy, Reader, Ruling } from "../policy/policy.ts";

/** The rule of a file, in its policy. */
export interface Ruled {
  readonly policy: Policy;
  readonly ruling: Ruling;
}

/** A person with another key, both as they are shown: fingerprints of SSH keys, the text of others. */
export interface ChangedKeys {
  readonly name: string;
  readonly was: readonly string[];
  readonly now: readonly string[];
}

/** How the file's readers stand to the policy; names sorted, a literal recipient by its text. */
export interface Agreement {
  readonly status: "agree" | "differ" | "unknown";
  /** Whom the policy names and the file leaves out. */
  readonly missing: readonly string[];
  /** Who reads the file against the policy. */
  readonly extra: readonly string[];
  /** Who reads the file by other keys than the policy names now: neither missing nor extra. */
  readonly changed: readonly ChangedKeys[];
  /** Readers against the policy whose names nobody knows, and wanted ones of whom it is only known that some are missing. */
  readonly strangers: number;
  readonly missingUnknown: number;
  /** Keys that only sops, or another program, can add to the file: PGP, KMS and the like. */
  readonly missingForeign: readonly string[];
  /** How the selection or the key groups of a sops document differ from the rule, in words. */
  readonly settings: readonly string[];
  /** What is encrypted now and would not be under the rule, by key. */
  readonly leftInClear: readonly string[];
  /** Readers who stay and for whom only another program can renew the data key. */
  readonly unrenewable: readonly string[];
  /** Why the file cannot be rekeyed here although it differs; undefined where it can. */
  readonly stuck: string | undefined;
}

export const NO_DIFFERENCE: Omit<Agreement, "status"> = {
  missing: [],
  extra: [],
  changed: [],
  strangers: 0,
  missingUnknown: 0,
  missingForeign: [],
  settings: [],
  leftInClear: [],
  unrenewable: [],
  stuck: undefined,
};

/** The keys of these readers that only another program can encrypt to, with whose they are. */
export function foreignKeysOf(readers: readonly Reader[]): string[] {
  return readers.flatMap(({ name, kind, keys }) =>
    keys
      .filter((key) => onlyProgram(key) !== undefined)
      .map((key) => (kind === "literal" && name === keyName(key) ? shownKey(key) : `${shownKey(key)} of ${name}`)),
  );
}

/** Why the readers of a rule cannot be served here. */
export function cannotEncrypt(program: string, keys: readonly string[]): string | undefined {
  return keys.length === 0 ? undefined : `only ${program} can encrypt to ${keys.join(", ")}`;
}

/** What stands in the way of a new data key. */
export function cannotRenew(unrenewable: readonly string[]): string | undefined {
  return unrenewable.length === 0 ? undefined : `only sops can renew the data key for ${unrenewable.join(", ")}`;
}

/** Every key that the policy knows by a name. */
export function knownKeys({ members, anchors }: Policy): Recipient[] {
  return [...members.flatMap(({ keys }) => keys), ...anchors.map(({ key }) => key)];
}

/** People where the policy knows them; one key of several is said to be that. */
export function namesOf(recipients: readonly Recipient[], policy: Policy, readers: readonly Reader[]): string[] {
  const names = new Map<string, number>();
  for (const recipient of recipients) {
    const name = nameOf(recipient, policy);
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  return [...names].sort(byName).map(([name, count]) => {
    const keys = readers.find((reader) => reader.name === name)?.keys.length ?? count;
    return count < keys ? `${name} (${count} of ${keys} keys)` : name;
  });
}

function byName(a: readonly [string, number], b: readonly [string, number]): number {
  return a[0] < b[0] ? -1 : 1;
}

/** The member who holds the key, else its anchor, else the key's own public text. */
export function nameOf(recipient: Recipient, policy: Policy | undefined): string {
  return policy?.nameOf(recipient) ?? keyName(recipient);
}

/** The keys of every machine that the policy knows. */
export function hostKeys({ policy }: Ruled): Recipient[] {
  return policy.members.filter((member) => member.kind === "host").flatMap((host) => host.keys);
}

/** One thing that differs. `+`: gains the file by the policy; `-`: loses it; `~`: has another key; `!`: about the file as a whole. */
export interface DifferenceItem {
  readonly sign: "+" | "-" | "~" | "!";
  /** A name, or how many. */
  readonly who: string;
  readonly what: string;
}

/** The difference, one item per person. */
export function differenceItems(difference: Agreement): DifferenceItem[] {
  const { strangers, missingUnknown, missingForeign, settings, leftInClear, stuck } = difference;
  const item = (sign: DifferenceItem["sign"], who: string, what: string) => ({ sign, who, what });
  return [
    ...difference.changed.map(({ name, was, now }) =>
      item("~", name, `key changed, was ${was.join(", ")}, now ${now.join(", ")}`),
    ),
    ...difference.missing.map((name) => item("+", name, "named by the policy, not a reader of the file")),
    ...missingForeign.map((key) => item("+", key, "named by the policy, not in the file; only sops can add it")),
    ...difference.extra.map((name) => item("-", name, "reads the file, not named by the policy")),
    ...(missingUnknown > 0 ? [item("+", `${missingUnknown} more`, "of the readers that the policy names")] : []),
    ...(strangers > 0
      ? [item("-", `${strangers} reader${strangers > 1 ? "s" : ""}`, "that the policy does not know")]
      : []),
    ...settings.map((line) => item("!", "", line)),
    ...(leftInClear.length > 0 ? [item("!", "", `would leave unencrypted: ${leftInClear.join(", ")}`)] : []),
    ...(stuck === undefined ? [] : [item("!", "", stuck)]),
  ];
}

/** The same in lines. */
export function differenceLines(difference: Agreement): string[] {
  return differenceItems(difference).map(({ sign, who, what }) => {
    if (who === "") return `${sign} ${what}`;
    return /^\d+ (?:more|readers?)$/.test(who) ? `${sign} ${who} ${what}` : `${sign} ${who}: ${what}`;
  });
}
