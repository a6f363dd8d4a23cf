/** SEC003: does the file encrypt other values than the rule wants? */
import { looksSealed } from "../crypto/value-cipher.ts";
import { DEFAULT_RULE, sameSettings, type SelectionSettings } from "../documents/sops-selection.ts";
import type { SopsDocument } from "../documents/sops-document.ts";
import { stepsText } from "../formats/place.ts";
import { staysClear, textOfScalar } from "../formats/scalar.ts";
import type { Draft, FileRule } from "./finding.ts";
import { leafSelection } from "./leaf-selection.ts";
import { placeOf, shellWord } from "./place.ts";
import { wantedSettings } from "./wanted-settings.ts";

export const sec003: FileRule = {
  about: "file",
  id: "SEC003",
  title: "selection differs from the rule",
  severity: "error",
  explanation: {
    what: "A sops file stores which of its values are encrypted (encrypted_regex and its siblings). It stores something else than the rule for its path says.",
    why: "sops takes the rule when it creates a file and never again. A key that is added later follows the old setting, so what everybody believes encrypted can be stored in clear.",
    mend: "Bring the file to the rule: secrets rekey FILE encrypts what the rule wants. If values stood in clear in a commit, change them.",
    limits:
      "An error if a value stands in clear that the rule wants encrypted, else a warning. Regular expressions are compared as text: two that mean the same are told apart. Files in sops' binary form have one value and are not looked at.",
  },
  inspect: async ({ content, governed, file }) => {
    if (content.kind !== "sops" || governed === undefined || content.document.format.name === "binary") return [];
    const { document } = content;
    const wanted = {
      ...wantedSettings(governed.ruling),
      macOnlyEncrypted: document.metadata.settings.macOnlyEncrypted,
    };
    if (sameSettings(document.metadata.settings, wanted)) return [];
    const exposed = await exposedLeaves(document, wanted);
    const fix = `secrets rekey ${shellWord(file)}`;
    const whose = governed.origin ?? "the policy";
    return exposed.length > 0
      ? exposed.map((leaf) => ({
          ...leaf,
          message: `${leaf.subject} stands in clear, and ${whose} wants it encrypted`,
          fix,
        }))
      : [difference(document, { wanted, fix, whose })];
  },
};

/** Values in clear, and rightly so by the file's own settings, that these settings would encrypt. */
async function exposedLeaves(document: SopsDocument, wanted: SelectionSettings) {
  const { parsed, metadata } = document;
  // What cannot be told counts as exposed.
  const byFile = (await leafSelection(metadata.settings, parsed)) ?? (() => false);
  const byRule = (await leafSelection(wanted, parsed)) ?? (() => true);
  return parsed.leaves
    .filter((leaf) => {
      const { kind, scalar } = leaf;
      const clear = kind === "value" && !staysClear(scalar) && !looksSealed(textOfScalar(scalar) ?? "");
      return clear && byRule(leaf) && !byFile(leaf);
    })
    .map(({ line, column, steps }) => ({ severity: "error" as const, line, column, subject: stepsText(steps) }));
}

function difference(
  { text, metadata }: SopsDocument,
  { wanted, fix, whose }: { wanted: SelectionSettings; fix: string; whose: string },
): Draft {
  const [has, wants] = [metadata.settings.rule ?? DEFAULT_RULE, wanted.rule ?? DEFAULT_RULE];
  const message =
    has.name === wants.name
      ? `the file's ${has.name} is not the one that ${whose} has for it`
      : `the file goes by ${has.name} where ${whose} has ${wants.name}`;
  return { severity: "warning", message, ...placeOf(text, text.lastIndexOf(has.name)), fix, subject: has.name };
}
