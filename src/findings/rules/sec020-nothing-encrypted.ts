/** SEC020: would the selection encrypt nothing at all in this file? */
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { looksSealed } from "../../crypto/value-cipher.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { DEFAULT_RULE, usableSelection } from "../../documents/sops/selection.ts";
import { staysClear, textOfScalar } from "../../formats/scalar.ts";
import { isExempt } from "../../policy/enforcement.ts";
import type { Draft, Rule, FileSubject } from "../finding.ts";
import { placeOfRule } from "../reading/commands.ts";
import { shellWord } from "../../words/shell.ts";
import { unselectedSecret } from "../reading/sensitivity.ts";
import { leftoverStem } from "../reading/leftovers.ts";

export const sec020: Rule = {
  id: "SEC020",
  title: "sops file in which nothing is encrypted",
  severity: "error",
  explanation: {
    what: [
      "The file has sops metadata, and its selection (encrypted_regex …) picks none of its values: an error.",
      "Or the rule would encrypt nothing in plaintext with a key called password, token or the like: a warning.",
    ],
    why: ["sops reports the file as encrypted, yet anybody can read it. Usually the expression has a typo."],
    fix: [
      "Fix the expression in the rule, then: secrets rekey FILE, or secrets encrypt -i FILE.",
      "If it is not a secret: secrets decrypt -i FILE. If it was pushed, change the values.",
    ],
    limits: [
      "An error with metadata, because somebody encrypted the file on purpose.",
      "A warning without, because the rule itself says what is encrypted; not for Kubernetes objects.",
    ],
  },
  file: async (subject) => {
    const { content, governed, path } = subject;
    if (content.kind === "sops") return sopsDrafts(subject, content.document);
    if (content.kind !== "plain" || governed?.enforcement !== "always" || governed.origin !== undefined) return [];
    if (isExempt(path, governed) || leftoverStem(path) !== undefined) return [];
    const leaf = await unselectedSecret(content.text, governed.ruling, path);
    if (leaf === undefined) return [];
    const setting = (wantedSettings(governed.ruling).rule ?? DEFAULT_RULE).name;
    const message = `its rule would encrypt nothing in it: ${setting} in ${placeOfRule(governed)} matches none of its ${setting.includes("comment") ? "comments" : "keys"}`;
    const fix = `change ${setting} in ${placeOfRule(governed)}, then: secrets encrypt -i ${shellWord(subject.file)}`;
    return [{ severity: "warning", message, place: leaf, fix, subject: "rule" }];
  },
};

async function sopsDrafts(
  { file, governed }: FileSubject,
  { parsed, metadata, format }: SopsDocument,
): Promise<Draft[]> {
  const values = parsed.leaves.filter(({ kind, scalar }) => kind === "value" && !staysClear(scalar));
  const isSealed = values.some(({ scalar }) => looksSealed(textOfScalar(scalar) ?? ""));
  if (format.isWhole === true || values.length === 0 || isSealed) return [];
  const wanted = [metadata.settings, ...(governed === undefined ? [] : [wantedSettings(governed.ruling)])];
  for (const settings of wanted) {
    const selects = await usableSelection(settings);
    // What is broken is SEC005's, what the file selects SEC002's, and what the rule selects SEC003's.
    if (selects === undefined || values.some(selects)) return [];
  }
  const setting = (metadata.settings.rule ?? DEFAULT_RULE).name;
  const word = shellWord(file);
  const decrypt = `if nothing in it is a secret: secrets decrypt -i ${word}`;
  const fix =
    governed === undefined || governed.origin !== undefined
      ? decrypt
      : `change ${setting} in ${placeOfRule(governed)}, then: secrets rekey ${word}; ${decrypt}`;
  const message = `nothing in it is encrypted: its ${setting} selects none of its values`;
  return [{ severity: "error", message, place: { line: 1, column: 1 }, fix, subject: "file", exposes: true }];
}
