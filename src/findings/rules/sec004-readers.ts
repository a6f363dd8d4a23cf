/** SEC004: do other people read the file than the policy names? */
import { shellWord } from "../../words/shell.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import { ageFileDifference } from "../../agreement/age-file.ts";
import { compareDocument, type DocumentDifference } from "../../agreement/sops-document.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { readerId } from "../../documents/sops/readers.ts";
import { rekeying, rekeyingAge } from "../reading/commands.ts";
import { isEncryptedContent } from "../reading/content.ts";
import type { Draft, Rule, FileSubject, Governed } from "../finding.ts";
import { placesOfWords } from "../reading/place.ts";
import { sharedEntries } from "../reading/reader-entries.ts";
import { leftoverStem } from "../reading/leftovers.ts";
import { memberWith, namesNobody, namesOf, personOf, strangerWith } from "../reading/readers.ts";

export const sec004: Rule = {
  id: "SEC004",
  title: "readers differ from the policy",
  severity: "error",
  tells: "readers",
  explanation: {
    what: [
      "Somebody reads the file whom the policy does not name (an error), or a named reader cannot (a warning).",
      "Also: key groups that let others open it; an entry that somebody else can open; a second entry.",
      "Or it is encrypted and no rule covers it, or the rule names nobody (warnings).",
    ],
    why: ["Changing the policy does not change the files: somebody who left a team can still open them."],
    fix: [
      "secrets rekey FILE brings it to the policy, with a new data key where somebody is removed.",
      "secrets rotate FILE renews the entry of each reader.",
      "Then change the values: whoever was removed may have read them.",
    ],
    limits: [
      "An age file names its X25519 readers only with the reader hint; otherwise SEC009 counts them.",
      "Keys of other types (pgp, kms …) are compared by fingerprint, ARN or name.",
    ],
  },
  file: async (subject) => {
    const { content, governed } = subject;
    const entries = content.kind === "sops" ? await sharedEntries(content.document, subject) : [];
    if (governed === undefined) return [...entries, ...unruledDrafts(subject)];
    if (content.kind !== "sops" && content.kind !== "age") return [];
    if (namesNobody(governed.ruling)) return [...entries, NOBODY];
    if (content.kind === "age") return ageDrafts(content.header, governed, rekeyingAge(subject.file, governed));
    return [...entries, ...(await sopsDrafts(content.document, governed, subject.file))];
  },
};

/** A slip in a path, or in an expression, must not be silence. */
function unruledDrafts({ content, policyFile, file, path }: FileSubject): Draft[] {
  // A copy that lies beside its original is none of its own, and what age encrypted under another name often a backup.
  const isMeant = leftoverStem(path) === undefined && (content.kind === "sops" || path.endsWith(".age"));
  if (policyFile === undefined || !isMeant || !isEncryptedContent(content)) return [];
  const message = `encrypted, but no rule of ${policyFile} covers it, so it is unknown whether its readers are right`;
  const fix = `add a rule for it to ${shellWord(policyFile)}, then: secrets who ${shellWord(file)}`;
  return [{ severity: "warning", message, fix, subject: "no rule" }];
}

/** What the policy names is the list; a rule that names no key of ours says nothing of readers. */
async function ageDrafts(header: AgeHeader, governed: Governed, fix: string): Promise<Draft[]> {
  const { policy, ruling } = governed;
  // Of a passphrase SEC009 speaks.
  if (ruling.readers.length === 0 || needsPassphrase(header.stanzas)) return [];
  const found = await ageFileDifference(header, governed);
  const extra = [...new Set(found.extra.map((recipient) => personOf(recipient, policy)))].sort();
  return [
    ...extra.map((name) => extraDraft(name, fix)),
    ...namesOf(found.missing, ruling.readers).map((name) => missingDraft(name, fix)),
  ];
}

const NOBODY: Draft = {
  severity: "warning",
  message: "it has readers, and the rule for its path names no readers",
  subject: "nobody",
};

async function sopsDrafts(document: SopsDocument, governed: Governed, file: string): Promise<Draft[]> {
  const found = await compareDocument(document, governed);
  // What only sops can add or renew, a rekey cannot fix.
  const isStuck = governed.origin === undefined && found.agreement.stuck !== undefined;
  const fix = isStuck ? `sops updatekeys ${shellWord(file)}` : rekeying(file, governed);
  const { readers } = governed.ruling;
  const { extra, missing } = found.groups.foreign;
  const drafts = [
    ...strangers(found, document, { governed, fix }),
    ...namesOf(found.added, readers).map((name) => missingDraft(name, fix)),
    ...extra.map(({ key }) => extraDraft(`the holder of the ${key.text}`, fix)),
    ...[...missing.map(({ text }) => `the holder of the ${text}`), ...namesOf(found.groups.unservable, readers)].map(
      (name) => missingDraft(name, `sops updatekeys ${shellWord(file)}`),
    ),
    ...faceDrafts(found, { governed, fix }),
  ];
  const grouped = groupDrafts(found, fix);
  return [...drafts, ...grouped.filter(({ severity }) => severity === "error" || drafts.length === 0)];
}

interface Judging {
  readonly governed: Governed;
  readonly fix: string;
}

function strangers({ removed }: DocumentDifference, { text }: SopsDocument, { governed, fix }: Judging): Draft[] {
  const once = [...new Map(removed.map((each) => [readerId(each), each])).values()];
  const placeOf = placesOfWords(
    text,
    once.map(({ entry }) => entry.recipient),
    "first",
  );
  return once.map((known) => {
    const { recipient } = known.entry;
    const name = memberWith(readerId(known), governed.policy);
    // One stranger in the place of another is news.
    const subject = name ?? `extra ${readerId(known)}`;
    return { ...extraDraft(name ?? strangerWith(recipient), fix), place: placeOf(recipient), subject };
  });
}

/** Either face of an ed25519 key will do, unless the policy says `as: ssh` or `as: both`. */
function faceDrafts({ turned }: DocumentDifference, { governed, fix }: Judging): Draft[] {
  const names = new Set(turned.map(({ id }) => memberWith(id, governed.policy) ?? ""));
  return [...names].map((name) => {
    const message = `the key of ${name} is not in the form that \`as\` requires`;
    return { severity: "warning", message, fix, subject: `${name} as` };
  });
}

function extraDraft(name: string, fix: string): Draft {
  const message = `${name} can read the file and is not among the readers that the policy names`;
  return { severity: "error", message, fix, subject: name };
}

function missingDraft(name: string, fix: string): Draft {
  const message = `${name} cannot read the file, though the policy says so`;
  return { severity: "warning", message, fix, subject: name };
}

/** The same readers in all, but otherwise grouped: how many of them it takes is another matter. */
function groupDrafts({ access, isRegrouped }: DocumentDifference, fix: string): Draft[] {
  if (access?.kind === "fewer") {
    const message = `${access.has} of its key groups open the file, and the policy requires ${access.wants}`;
    return [{ severity: "error", message, fix, subject: "threshold" }];
  }
  if (access?.kind === "others") {
    const message = "its key groups let people open the file who could not with those of the policy";
    return [{ severity: "error", message, fix, subject: "access" }];
  }
  return isRegrouped
    ? [{ severity: "warning", message: "its key groups differ from those of the policy", fix, subject: "groups" }]
    : [];
}
