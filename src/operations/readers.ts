/**
 * Do the readers that a file declares agree with the policy, in names?
 *
 * The comparison itself is `documents/`'; here keys become people. Also what every write has to ask before it may
 * change who reads a file: drift, lock-out, values that would come to stand in clear, and whether the writer is among the readers.
 */
import type { AgeHeader } from "../documents/age-header.ts";
import { agreement } from "../documents/age-readers.ts";
import { SecretsError } from "../errors.ts";
import { shellWord } from "../findings/place.ts";
import type { Recipient } from "../keys/key-kind.ts";
import { ageRecipients, type Policy, type Reader } from "../policy/policy.ts";
import type { Project } from "./project.ts";
import type { Ruled } from "./rule.ts";

/** How the file's readers stand to the policy; names sorted, a literal recipient by its text. */
export interface Agreement {
  readonly status: "agree" | "differ" | "unknown";
  /** Whom the policy names and the file leaves out. */
  readonly missing: readonly string[];
  /** Who reads the file against the policy. */
  readonly extra: readonly string[];
  /** Readers against the policy whose names nobody knows, and wanted ones of whom it is only known that some are missing. */
  readonly strangers: number;
  readonly missingUnknown: number;
  /** How the selection of a sops document differs from the rule, in words. */
  readonly settings: readonly string[];
  /** What is encrypted now and would not be under the rule, by key. */
  readonly leftInClear: readonly string[];
}

const NO_DIFFERENCE = { missing: [], extra: [], strangers: 0, missingUnknown: 0, settings: [], leftInClear: [] };

export async function compareReaders(
  header: AgeHeader,
  ruled: Ruled,
  former: readonly Recipient[] = [],
): Promise<Agreement> {
  const { policy } = ruled.file;
  const known = [...knownKeys(policy), ...former];
  const found = await agreement(header, { wanted: ageRecipients(ruled.ruling.readers), known });
  if (found.status !== "differ") return { ...NO_DIFFERENCE, status: found.status };
  return {
    ...NO_DIFFERENCE,
    status: "differ",
    missing: namesOf(found.missing, policy, ruled.ruling.readers),
    extra: namesOf(found.extra, policy, ruled.ruling.readers),
    strangers: found.extraUnknown,
    missingUnknown: found.missingUnknown,
  };
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
  return policy?.nameOf(recipient) ?? recipient.text;
}

/** The difference, one line per person. */
export function differenceLines(difference: Agreement): string[] {
  const { strangers, missingUnknown, settings, leftInClear } = difference;
  return [
    ...difference.missing.map((name) => `+ ${name}: named by the policy, not a reader of the file`),
    ...difference.extra.map((name) => `- ${name}: reads the file, not named by the policy`),
    ...(missingUnknown > 0 ? [`+ ${missingUnknown} more of the readers that the policy names`] : []),
    ...(strangers > 0 ? [`- ${strangers} reader${strangers > 1 ? "s" : ""} that the policy does not know`] : []),
    ...settings.map((line) => `! ${line}`),
    ...(leftInClear.length > 0 ? [`! would leave in clear: ${leftInClear.join(", ")}`] : []),
  ];
}

/**
 * Under drift a write stops before anything is typed, unless it is told to bring the file to the policy.
 * @throws SecretsError `drift`
 */
export async function settleDrift(project: Project, file: string, found: { difference: Agreement; rekey: boolean }) {
  const { difference } = found;
  if (difference.status !== "differ" || found.rekey) return;
  const lines = differenceLines(difference);
  if (project.host.terminal.canAsk) {
    project.warn(`${file}: it differs from the policy:`);
    for (const line of lines) project.warn(`  ${line}`);
    if (await confirm(project, "bring the file to the policy with this write?")) return;
  }
  const people = difference.missing.length + difference.extra.length + difference.strangers + difference.missingUnknown;
  const what = people > 0 ? "its readers differ from the policy" : "its settings differ from the rule";
  throw new SecretsError("drift", what, {
    at: { file },
    notes: lines,
    hint: `add --rekey to bring it to the policy with this write, or run: secrets rekey ${shellWord(file)}`,
  });
}

/** A yes-or-no question; Enter alone says `enter`, and anything else but a yes is a no. */
export async function confirm(project: Project, question: string, enter: "yes" | "no" = "no"): Promise<boolean> {
  const answer = (await project.host.terminal.ask(`${question} ${enter === "yes" ? "[Y/n]" : "[y/N]"} `)).trim();
  return answer === "" ? enter === "yes" : /^y(es)?$/i.test(answer);
}

/**
 * Refuses to lock out every person. Nobody at all cannot be asked for: a rule without readers is an error of its own.
 * @param people whether a person may read the file now (who cannot be told counts as one)
 * @throws SecretsError `lockout`
 */
export function refuseLockout(file: string, readers: readonly Reader[], people: boolean): void {
  if (!people || readers.some((reader) => reader.kind !== "host")) return;
  throw new SecretsError("lockout", "no person could read it any more, only hosts", {
    at: { file },
    hint: "add a person to the rule, or repeat with --allow-lockout",
  });
}

/** A file that is about to be brought to the policy. */
interface Settling {
  /** As it is shown. */
  readonly file: string;
  readonly ruled: Ruled;
  readonly difference: Agreement | undefined;
}

/** @throws SecretsError `refused`, naming the values of all these files by their keys */
export function refuseLeavingClear(files: readonly Settling[], allowed: boolean | undefined): void {
  if (allowed === true) return;
  const found = files.flatMap(({ file, ruled, difference }) =>
    difference === undefined || difference.leftInClear.length === 0
      ? []
      : [{ file, ruling: ruled.ruling, keys: difference.leftInClear.join(", ") }],
  );
  const [first, ...others] = found;
  if (first === undefined) return;
  const { at } = first.ruling;
  const setting = first.ruling.settings.selection?.kind ?? "the selection";
  throw new SecretsError("refused", `the rule would leave in clear what is encrypted now: ${first.keys}`, {
    at: { file: first.file },
    notes: [...others.map(({ file, keys }) => `and in ${file}: ${keys}`), "nothing was written"],
    hint: `mend ${setting} in ${[at.file, at.line].filter((part) => part !== undefined).join(":")}; if these are no secrets: the same command with --allow-clear`,
  });
}

/** Whether anybody but the policy's hosts may read an age file; who cannot be told counts as a person. */
export async function personMayRead(header: AgeHeader, ruled: Ruled): Promise<boolean> {
  const hosts = hostKeys(ruled);
  const found = await agreement(header, { wanted: hosts, known: ageRecipients(ruled.ruling.readers) });
  return found.status !== "agree" && !(found.status === "differ" && found.extra.length + found.extraUnknown === 0);
}

/** The keys of every machine that the policy knows. */
export function hostKeys(ruled: Ruled): Recipient[] {
  return ruled.file.policy.members.filter((member) => member.kind === "host").flatMap((host) => host.keys);
}

/** @throws SecretsError `policy`: the rule gives nobody to encrypt to, or says two things. */
export function requireReaders(file: string, ruled: Ruled): Recipient[] {
  if (ruled.ruling.compiled === "differs") {
    throw new SecretsError("policy", "its `age` list differs from its `readers`, which it is compiled from", {
      at: ruled.ruling.at,
      hint: "compile it anew: secrets policy compile",
    });
  }
  const recipients = ageRecipients(ruled.ruling.readers);
  if (recipients.length > 0) return recipients;
  throw new SecretsError("policy", "the rule for this file gives no reader with a key", {
    at: ruled.ruling.at,
    hint: `name a user, host, team or age recipient there for ${file}`,
  });
}

/** Says so when the one who writes will not be able to read. Those who hold no key at all write blindly on purpose. */
export async function tellIfNotReader(project: Project, file: string, recipients: readonly Recipient[]): Promise<void> {
  const held = await project.identities.held();
  if (held.size === 0 || recipients.some((recipient) => held.has(recipient.id))) return;
  project.warn(`warning: ${file}: none of your keys is among its readers, so you cannot read it yourself`);
}

/** @throws SecretsError `policy`: a threshold cannot be kept in a file that any one of its readers opens */
export function refuseGroups(file: string, ruled: Ruled): void {
  if (ruled.ruling.settings.groups === undefined) return;
  throw new SecretsError(
    "policy",
    "its rule has several key groups, and an .age secret has none: any one reader opens it",
    {
      at: ruled.ruling.at,
      hint: `give ${file} a line of its own under \`secrets:\``,
    },
  );
}

/** After a reader was removed: what re-encryption cannot do. */
export function tellToChangeValues(project: Project, file: string, difference: Agreement): void {
  const gone = [...difference.extra, ...(difference.strangers > 0 ? [`${difference.strangers} unknown`] : [])];
  if (gone.length === 0) return;
  project.warn(`${file}: ${gone.join(", ")} could read it until now and may keep a copy: change the secret itself`);
}
