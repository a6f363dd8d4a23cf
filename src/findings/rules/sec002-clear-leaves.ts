/** SEC002: is a value unencrypted in a file whose own settings want it encrypted? */
import type { SopsDocument } from "../../documents/sops/document.ts";
import { DEFAULT_RULE } from "../../documents/sops/selection.ts";
import type { Leaf } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { placeOfRule, RESTORED, restoring } from "../reading/commands.ts";
import { clearLeaves, subjectOf } from "../reading/clear.ts";
import type { OpenValue, SopsOutline } from "../reading/outline.ts";
import { nearest } from "../../words/did-you-mean.ts";
import type { Change, Draft, Rule } from "../finding.ts";
import { keyWord, shellWord } from "../../words/shell.ts";

export const sec002: Rule = {
  id: "SEC002",
  title: "unencrypted value inside an encrypted file",
  severity: "error",
  tells: "plaintext",
  explanation: {
    what: [
      "A value of a sops file is unencrypted although the file's own selection wants it encrypted.",
      "Or it was encrypted in the previous version, or its key is close to one that is encrypted.",
      "A comment that is unencrypted among encrypted ones is a warning.",
    ],
    why: ["The file looks encrypted, so nobody looks twice. A plain editor, a merge or a typo in a key does this."],
    fix: [
      "git checkout HEAD -- FILE && secrets set FILE KEY; this drops your other changes to it.",
      "If HEAD has the value unencrypted too, start from the last commit in which the file was intact.",
      "Removing the value by hand is not enough: the MAC does not match. If it was pushed, change the secret.",
      "Unencrypted on purpose: allow SEC002 for the file.",
    ],
    limits: [
      "null and empty values are never encrypted.",
      "Without a key it is unknown whether it is the same value. A file that was moved has no previous version.",
    ],
  },
  file: async ({ content, file }) => {
    if (content.kind !== "sops") return [];
    const { document } = content;
    const leaves = await clearLeaves(document);
    const keys = leaves.filter(({ kind }) => kind === "value").map(({ steps }) => stepsText(steps));
    const fix = fixFor(file, keys);
    return leaves.map((leaf) => (leaf.kind === "comment" ? commentDraft(leaf) : valueDraft(leaf, document, fix)));
  },
  change: movedValues,
};

/** More values than these are changed in an editor. */
const MOST_SET = 3;

/** One command for all of them: taking the file back once more would undo what was set. */
function fixFor(file: string, keys: readonly string[]): string {
  const word = shellWord(file);
  const set =
    keys.length > MOST_SET ? [`secrets edit ${word}`] : keys.map((key) => `secrets set ${word} ${keyWord(key)}`);
  return `${[restoring(file), ...set].join(" && ")} ${RESTORED}`;
}

function valueDraft(leaf: Leaf, document: SopsDocument, fix: string): Draft {
  const setting = (document.metadata.settings.rule ?? DEFAULT_RULE).name;
  const message = `${stepsText(leaf.steps)} is unencrypted, but the file's ${setting} wants it encrypted`;
  return { severity: "error", message, place: leaf, fix, subject: subjectOf(leaf) };
}

function commentDraft(leaf: Leaf): Draft {
  const message = "a comment is unencrypted, but the file encrypts its comments";
  return { severity: "warning", message, place: leaf, subject: subjectOf(leaf) };
}

/** A value, and the key path in whose place it stands. */
interface Left {
  readonly value: OpenValue;
  /** What is encrypted there: the same key or another one of the previous version, or one that is only meant. */
  readonly by: "same" | "former" | "meant";
  readonly key: string;
}

/**
 * A finding for each value that left what is encrypted: a key was renamed, put elsewhere or misspelt, or the selection became narrower.
 * A new MAC tells that whoever did so had a key, not that it was meant. A merge brings what it has otherwise than each of its parents.
 */
function movedValues(change: Change): Draft[] {
  const { now, before } = change;
  if (now.kind !== "sops") return [];
  const found = before.flatMap((parents) => {
    const each = parents.map((parent) => (parent.kind === "sops" ? leftSince(parent, now) : []));
    const [first = [], ...others] = each;
    return first.filter(({ value }) => others.every((other) => other.some((left) => left.value === value)));
  });
  return [...new Map(found.map((left) => [left.value, movedDraft(change, now.setting, left)])).values()];
}

function leftSince(old: SopsOutline, now: SopsOutline): Left[] {
  const gone = [...old.sealed].flatMap(([id, path]) => (now.sealed.has(id) ? [] : [path]));
  return [...now.open].flatMap(([id, value]): Left[] => {
    if (old.open.has(id)) return [];
    if (old.sealed.has(id)) return [{ value, by: "same", key: value.key }];
    const former = gone.find((path) => isMoved(path, value.path));
    if (former !== undefined) return [{ value, by: "former", key: stepsText(former) }];
    return value.meant === undefined ? [] : [{ value, by: "meant", key: value.meant }];
  });
}

/** The same last key elsewhere, or nearly the same, or longer by a suffix, in the same place. */
function isMoved(from: readonly string[], to: readonly string[]): boolean {
  const [old = "", now = ""] = [from.at(-1), to.at(-1)];
  if (old === now) return true;
  const isBeside = from.length === to.length && from.slice(0, -1).every((key, index) => key === to[index]);
  return isBeside && (now.startsWith(old) || nearest(now, [old]) !== undefined);
}

function movedDraft({ file, governed }: Change, setting: string, { value, by, key }: Left): Draft {
  const { document, key: subject } = value;
  const word = shellWord(file);
  const base = { severity: "error", place: value, subject } as const;
  if (by === "same") {
    const fix =
      governed === undefined || governed.origin !== undefined
        ? `${restoring(file)} ${RESTORED}`
        : `change ${setting} in ${placeOfRule(governed)}, then: secrets rekey ${word}`;
    return { ...base, message: `${key} was encrypted in the previous version, and is now unencrypted`, fix };
  }
  const what = by === "meant" ? `${key} would be encrypted` : `the previous version has ${key} encrypted in its place`;
  // Other documents than the first have no address.
  const set = `secrets set ${word} ${keyWord(key)} && secrets unset ${word} ${keyWord(subject)}`;
  const fix = document > 0 ? `secrets edit ${word}` : set;
  return { ...base, message: `${subject} is unencrypted, and ${what}`, fix };
}
