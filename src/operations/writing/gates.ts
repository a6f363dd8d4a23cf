/**
 * May this be written, and what must be said of it?
 *
 * Every verb that writes passes the same gates in the same order, before anything is typed or opened. A gate is data: a new
 * question is one line in the list. What a verb answers differently is in `Intent`, not in the order. After the commit,
 * `tellWhatIsLeft` says what re-encryption cannot do.
 */
import { differenceItems, differenceLines, nameOf, type Agreement } from "../../agreement/agreement.ts";
import type { WantedReaders } from "../../documents/sops/verbs.ts";
import { SecretsError } from "../../errors.ts";
import { placeOfRule } from "../../findings/reading/commands.ts";
import { shellWord } from "../../words/shell.ts";
import { requireConfirmed } from "../identities/confirmed-keys.ts";
import { confirm } from "../project/ask.ts";
import type { Project } from "../project/project.ts";
import { requireServable } from "../project/rule.ts";
import type { SealOptions, Secret } from "../secrets/secret.ts";

/** What is about to be written, as far as it is known without the plaintext. */
export interface Intent extends Pick<Secret, "path" | "file" | "ruled" | "recipients" | "byHand" | "servings"> {
  /** How the file differs from the policy; undefined for a new file, or without a rule. */
  readonly difference: Agreement | undefined;
  readonly isNew: boolean;
  /** Whether a person may read what is there now. */
  readonly hasPeople: boolean;
  /** Whether the verb is there to bring files to the policy, so that a difference is no reason to stop. */
  readonly settles: boolean;
  /** The key groups that it is written for, where no rule says so. */
  readonly wanted?: WantedReaders | undefined;
  readonly options: GateOptions;
}

export interface GateOptions extends Pick<SealOptions, "allowClear"> {
  /** Bring the file to the policy with this write. */
  readonly rekey?: boolean | undefined;
  readonly allowLockout?: boolean | undefined;
}

/** Of a verb that writes secrets. */
export interface WriteOptions extends SealOptions, GateOptions {}

export interface Gate {
  readonly name: string;
  /** @throws SecretsError: it must not be written. */
  readonly pass: (project: Project, intents: readonly Intent[]) => Promise<void>;
}

/** @internal In the order in which they are asked: what the policy says, what the file says, what would come of it. */
export const gates: readonly Gate[] = [
  {
    name: "the rule can be served",
    pass: each(async (_, { file, ruled, servings }) => {
      if (ruled !== undefined) requireServable(file, ruled, servings);
    }),
  },
  { name: "the file agrees with the policy", pass: each(settleDrift) },
  { name: "the file can be rekeyed here", pass: each(refuseStuck) },
  { name: "nothing is left unencrypted", pass: refuseLeavingClear },
  { name: "a person can read it", pass: each(refuseLockout) },
  { name: "the writer can open it", pass: each(refuseOwnLockout) },
  {
    name: "its keys are confirmed",
    pass: async (project, intents) =>
      requireConfirmed(
        project,
        intents.filter(({ byHand }) => !byHand),
      ),
  },
  { name: "the writer is told who cannot read it", pass: each(tellIfNotReader) },
];

function each(pass: (project: Project, intent: Intent) => Promise<void>): Gate["pass"] {
  return async (project, intents) => {
    for (const intent of intents) await pass(project, intent);
  };
}

/**
 * Passes all gates with all of these secrets, or throws.
 * @param verb whether it is there to bring files to the policy, and what its user allows
 * @throws SecretsError `policy`, `refused`, `drift`, `lockout`
 */
export async function settle(
  project: Project,
  secrets: readonly Secret[],
  verb: Pick<Intent, "settles" | "options" | "wanted">,
): Promise<void> {
  const intents = await Promise.all(
    secrets.map(async (secret): Promise<Intent> => {
      const difference = (await secret.look())?.agreement;
      return { ...secret, difference, hasPeople: await secret.hasPeople(), ...verb };
    }),
  );
  for (const gate of gates) await gate.pass(project, intents);
}

/** Whether this write brings the file to the policy. */
function isSettled({ difference, settles, options }: Intent): boolean {
  return difference?.status === "differ" && (settles || options.rekey === true);
}

/** Under drift a write stops before anything is typed, unless it is told to bring the file to the policy. */
async function settleDrift(project: Project, { file, difference, settles, options }: Intent): Promise<void> {
  if (difference?.status !== "differ" || settles || options.rekey === true) return;
  const lines = differenceLines(difference);
  if (project.host.terminal.canAsk && difference.stuck === undefined) {
    project.say(`${file}: it differs from the policy:`);
    for (const line of lines) project.say(`  ${line}`);
    if (await confirm(project, "rekey the file with this write?")) return;
  }
  const isAboutPeople = differenceItems(difference).some(({ sign }) => sign !== "!");
  const what = isAboutPeople ? "its readers differ from the policy" : "its settings differ from the rule";
  throw new SecretsError("drift", what, {
    at: { file },
    notes: lines,
    hint:
      difference.stuck === undefined
        ? `add --rekey to rekey it with this write, or run: secrets rekey ${shellWord(file)}`
        : `sops updatekeys ${shellWord(file)}`,
  });
}

async function refuseStuck(_project: Project, intent: Intent): Promise<void> {
  const { file, difference } = intent;
  if (!isSettled(intent) || difference?.stuck === undefined) return;
  throw new SecretsError("refused", `it cannot be rekeyed here: ${difference.stuck}`, {
    at: { file },
    notes: differenceLines(difference),
    hint: `sops updatekeys ${shellWord(file)}, or take these keys out of the rule`,
  });
}

/** The values of all these files, by their keys. */
async function refuseLeavingClear(_project: Project, intents: readonly Intent[]): Promise<void> {
  const found = intents.filter(
    ({ difference, options }) => options.allowClear !== true && (difference?.leftInClear.length ?? 0) > 0,
  );
  const [first, ...others] = found;
  if (first === undefined) return;
  const keysOf = ({ difference }: Intent) => (difference?.leftInClear ?? []).join(", ");
  const setting = first.ruled?.ruling.settings.selection?.kind ?? "the selection";
  const place = first.ruled === undefined ? "the rule" : placeOfRule(first.ruled);
  throw new SecretsError("refused", `the rule would leave encrypted values unencrypted: ${keysOf(first)}`, {
    at: { file: first.file },
    notes: [...others.map((other) => `and in ${other.file}: ${keysOf(other)}`), "nothing was written"],
    hint: `fix ${setting} in ${place}; if these are not secrets, repeat with --allow-clear`,
  });
}

/** Nobody at all cannot be asked for: a rule without readers is an error of its own. */
async function refuseLockout(_project: Project, { file, ruled, hasPeople, options }: Intent): Promise<void> {
  if (ruled === undefined || options.allowLockout === true || !hasPeople) return;
  const { readers, settings } = ruled.ruling;
  if (settings.foreign.length > 0 || readers.some((reader) => reader.kind !== "host")) return;
  throw new SecretsError("lockout", "no person could read it any more, only hosts", {
    at: { file },
    hint: "add a person to the rule, or repeat with --allow-lockout",
  });
}

/**
 * Several key groups without a threshold are all needed. Who meant them as a list of teams would be locked out by what they
 * write themselves; who writes a threshold knows. Those who are in no group write blindly on purpose.
 */
async function refuseOwnLockout(project: Project, intent: Intent): Promise<void> {
  const { file, ruled } = intent;
  const wanted = intent.options.allowLockout === true ? undefined : (intent.wanted ?? (await groupsByMistake(intent)));
  if (wanted === undefined) return;
  const { neededGroups } = await import("../../agreement/sops-document.ts");
  const held = await project.identities.held();
  const mine = wanted.groups.filter((group) => group.some(({ id }) => held.has(id))).length;
  const needed = neededGroups(wanted);
  if (mine === 0 || mine >= needed) return;
  const policy = ruled?.policy ?? (await project.policy(intent.path))?.policy;
  throw new SecretsError(
    "lockout",
    `you could not open it: it needs ${needed} of ${wanted.groups.length} key groups, and yours opens ${mine}`,
    {
      at: { file },
      notes: wanted.groups.map((group, index) => {
        const names = group.map((each) => nameOf(each, policy));
        return `group ${index + 1}: ${[...new Set(names)].join(", ")}`;
      }),
      hint:
        ruled === undefined
          ? "set how many groups are needed: --shamir-secret-sharing-threshold; or repeat with --allow-lockout"
          : `in ${placeOfRule(ruled)}, put all keys into one group, or set shamir_threshold if several should be needed; or repeat with --allow-lockout`,
    },
  );
}

/** The key groups of the rule that the write is for, where it says nothing of how many are needed. */
async function groupsByMistake(intent: Intent): Promise<WantedReaders | undefined> {
  const { groups, threshold } = intent.ruled?.ruling.settings ?? {};
  if (intent.ruled === undefined || groups === undefined || threshold !== undefined) return undefined;
  if (!intent.isNew && !isSettled(intent)) return undefined;
  const { wantedReaders } = await import("../../agreement/sops-document.ts");
  return wantedReaders(intent.ruled.ruling);
}

/** Says so when the one who writes will not be able to read. Those who hold no key at all write blindly on purpose. */
async function tellIfNotReader(project: Project, { file, recipients }: Intent): Promise<void> {
  const held = await project.identities.held();
  if (held.size === 0 || recipients.some((recipient) => held.has(recipient.id))) return;
  project.warn(`${file}: none of your keys is among its readers, so you cannot read it yourself`);
}

/** After the write: whom it could not add, and what re-encryption cannot do for a reader who was removed. */
export async function tellWhatIsLeft(project: Project, { file, look }: Secret): Promise<void> {
  const { extra = [], strangers = 0, missingForeign = [] } = (await look())?.agreement ?? {};
  if (missingForeign.length > 0) {
    const what = `${missingForeign.join(", ")} still cannot read it: only sops can add what is missing`;
    project.say(`${file}: ${what}; run: sops updatekeys ${shellWord(file)}`);
  }
  const gone = [...extra, ...(strangers > 0 ? [`${strangers} unknown`] : [])];
  if (gone.length === 0) return;
  project.say(`${file}: ${gone.join(", ")} could read it until now and may keep a copy: change the secret itself`);
}
