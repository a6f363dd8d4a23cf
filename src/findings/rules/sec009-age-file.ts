/** SEC009: is an .age file an age file, and for as many readers as the policy names? */
import { counted } from "../../words/phrases.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import { ageFileDifference } from "../../agreement/age-file.ts";
import type { AgeHeader } from "../../documents/age/header.ts";
import { payloadProblem } from "../reading/ciphertext.ts";
import { rekeyingAge, remerging, RESTORED, restoring } from "../reading/commands.ts";
import type { Content } from "../reading/content.ts";
import { UNMERGED } from "../../text/merge-marks.ts";
import type { Draft, Rule, FileSubject, Governed } from "../finding.ts";
import { shellWord } from "../../words/shell.ts";
import { sec001 } from "./sec001-plaintext.ts";
import { isLeftover } from "../reading/leftovers.ts";

export const sec009: Rule = {
  id: "SEC009",
  title: "not an age file, or for other readers than the policy names",
  severity: "error",
  tells: "readers",
  mark: ({ path }) => path.endsWith(".age"),
  explanation: {
    what: [
      "A file named .age that is not an age file, is broken, or is cut short.",
      "Or the number or kind of its stanzas differs from the policy: more readers (an error),",
      "fewer, or only a passphrase (warnings).",
    ],
    why: [
      "Deployments take every .age file for a secret; plaintext under that name is published.",
      "One stanza too many is a reader that nobody approved.",
    ],
    fix: [
      "Plaintext: name its readers in the policy, then secrets encrypt -i FILE && git add FILE.",
      "Readers: secrets rekey FILE. Broken: git checkout COMMIT -- FILE.",
    ],
    limits: [
      "X25519 stanzas name nobody: without the reader hint only their number can be compared.",
      "Of the payload, the length and the first 64 bytes are checked.",
    ],
  },
  file: async (subject) => {
    const { path, file, content, governed } = subject;
    if (content.kind === "broken-age") {
      const { message } = content.problem;
      const fix = message === UNMERGED ? remerging(file, await subject.origin()) : `${restoring(file)} ${RESTORED}`;
      return [{ severity: "error", message: `broken age file: ${message}`, fix, subject: "header" }];
    }
    if (content.kind === "age") return wholeDrafts(subject, content);
    if (!path.endsWith(".age") || content.kind === "empty") return [];
    // Under a policy SEC001 says it, if the name is no excuse there, or SEC013.
    if ((await sec001.file?.(subject))?.length) return [];
    if (governed?.enforcement === "always" && (await isLeftover(subject))) return [];
    const command = `secrets encrypt -i ${shellWord(file)} && git add ${shellWord(file)}`;
    const fix = governed === undefined ? `name its readers in the policy, then: ${command}` : command;
    const message = "not an age file, despite its name";
    return [{ severity: "error", message, place: { line: 1, column: 1 }, fix, subject: "plain", exposes: true }];
  },
  change: ({ file, now, before, isTold }) => {
    const olds = before.flat();
    if (now.kind !== "age" || now.hasHint !== false || isTold || olds.length === 0) return [];
    if (!olds.every((each) => each.kind === "age" && each.hasHint === true)) return [];
    const message = "it listed its readers until now and no longer does: they cannot be compared with the policy";
    return [{ severity: "note", message, fix: `secrets rekey ${shellWord(file)}`, subject: "hint" }];
  },
};

async function wholeDrafts(
  { path, file, governed }: FileSubject,
  { header, payload }: Extract<Content, { kind: "age" }>,
): Promise<Draft[]> {
  const problem = payloadProblem(payload);
  // Elsewhere it may be a sample of a broken one.
  const matters = problem?.exposes === true || governed !== undefined || path.endsWith(".age");
  if (problem !== undefined && matters) return [{ severity: "error", ...problem, subject: "payload" }];
  return governed === undefined ? [] : readerDrafts(header, governed, rekeyingAge(file, governed));
}

async function readerDrafts(header: AgeHeader, governed: Governed, fix: string): Promise<Draft[]> {
  if (governed.ruling.readers.length === 0) return [];
  if (needsPassphrase(header.stanzas)) {
    const message = "encrypted with a passphrase, so no reader in the policy can open it with a key";
    return [{ severity: "warning", message, fix, subject: "passphrase" }];
  }
  const found = await ageFileDifference(header, governed);
  const drafts: Draft[] = [];
  if (found.strangers > 0) {
    const message = `it has ${counted(found.strangers, "reader")} more than the policy names`;
    drafts.push({ severity: "error", message, fix, subject: "extra" });
  }
  if (found.missingUnknown > 0) {
    const message = `it has ${counted(found.missingUnknown, "reader")} fewer than the policy names`;
    drafts.push({ severity: "warning", message, fix, subject: "missing" });
  }
  return drafts;
}
