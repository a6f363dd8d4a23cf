/** SEC003: does the file encrypt other values than the rule wants? */
import { listed } from "../../words/phrases.ts";
import { movedLeaves } from "../../agreement/left-unencrypted.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { DEFAULT_RULE, sameSettings, type SelectionSettings } from "../../documents/sops/selection.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import { stepsText } from "../../formats/place.ts";
import { placeOfRule, rekeying } from "../reading/commands.ts";
import type { Draft, Rule, Governed } from "../finding.ts";
import { placeOf } from "../reading/place.ts";

export const sec003: Rule = {
  id: "SEC003",
  title: "selection differs from the rule",
  severity: "error",
  tells: "exposure",
  explanation: {
    what: [
      "A sops file stores its selection (encrypted_regex and its siblings), and the rule has a different one.",
      "An error if the rule wants a value encrypted that is not; otherwise a warning.",
    ],
    why: ["sops applies the rule when it creates a file and never again: keys added later follow the old one."],
    fix: [
      "If the rule is right: secrets rekey FILE; values that it leaves unencrypted need --allow-clear.",
      "If those are secrets, fix the rule. If a value was unencrypted in a commit, change it.",
    ],
    limits: [
      "Expressions are compared as text: two that mean the same count as different.",
      "Files in sops' binary format have one value and are not checked.",
    ],
  },
  file: async ({ content, governed, file }) => {
    if (content.kind !== "sops" || governed === undefined || content.document.format.name === "binary") return [];
    const { document } = content;
    const wanted = {
      ...wantedSettings(governed.ruling),
      macOnlyEncrypted: document.metadata.settings.macOnlyEncrypted,
    };
    if (sameSettings(document.metadata.settings, wanted)) return [];
    const { exposed, opened } = await movedLeaves(document, governed.ruling);
    const whose = governed.origin ?? "the policy";
    const fix = opened.length > 0 ? mendRule(governed, document, file) : rekeying(file, governed);
    const drafts = exposed.map((place): Draft => {
      const subject = stepsText(place.steps);
      const message = `${subject} is unencrypted, and ${whose} wants it encrypted`;
      return { severity: "error", message, place, fix, subject };
    });
    if (opened.length > 0 || drafts.length === 0) drafts.push(difference(document, { wanted, fix, whose, opened }));
    return drafts;
  },
};

/** What is encrypted today would be unencrypted after a rekey, so that comes last. */
function mendRule(governed: Governed, { metadata }: SopsDocument, file: string): string {
  const rekey = rekeying(file, governed);
  if (governed.origin !== undefined) return rekey;
  const name = governed.ruling.settings.selection?.kind;
  const has = (metadata.settings.rule ?? DEFAULT_RULE).name;
  const change = name === undefined ? `write ${has} into the rule at` : `fix ${name} in`;
  return `${change} ${placeOfRule(governed)}; only if these are not secrets: ${rekey} --allow-clear`;
}

function difference(
  { text, metadata }: SopsDocument,
  given: { wanted: SelectionSettings; fix: string; whose: string; opened: readonly string[] },
): Draft {
  const { wanted, fix, whose, opened } = given;
  const [has, wants] = [metadata.settings.rule ?? DEFAULT_RULE, wanted.rule ?? DEFAULT_RULE];
  const differs =
    has.name === wants.name
      ? `the file's ${has.name} differs from the one in ${whose}`
      : `the file uses ${has.name}, and ${whose} uses ${wants.name}`;
  const message =
    opened.length === 0 ? differs : `${whose} would leave ${listed(opened)} unencrypted, which the file encrypts`;
  return { severity: "warning", message, place: placeOf(text, text.lastIndexOf(has.name)), fix, subject: has.name };
}
