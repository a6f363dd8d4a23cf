/**
 * Which values left what is encrypted since the previous version?
 *
 * A new MAC tells that whoever moved them had a key, not that they were meant to be read: a key was renamed, put elsewhere or
 * misspelt, or the selection became narrower. What was unencrypted before may be so now.
 */
import { stepsText } from "../../formats/place.ts";
import { nearest } from "../../words/did-you-mean.ts";
import type { Change, Draft } from "../finding.ts";
import { placeOfRule, RESTORED, restoring } from "./commands.ts";
import type { OpenValue, SopsOutline } from "./outline.ts";
import { keyWord, shellWord } from "../../words/shell.ts";

/** A value, and the key path in whose place it stands. */
interface Left {
  readonly value: OpenValue;
  /** What is encrypted there: the same key or another one of the previous version, or one that is only meant. */
  readonly by: "same" | "former" | "meant";
  readonly key: string;
}

/** A finding for each of them. A merge brings what it has otherwise than each of its parents. */
export function movedValues(change: Change): Draft[] {
  const { now, before } = change;
  if (now.kind !== "sops") return [];
  const found = before.flatMap((parents) => {
    const each = parents.map((parent) => (parent.kind === "sops" ? leftSince(parent, now) : []));
    const [first = [], ...others] = each;
    return first.filter(({ value }) => others.every((other) => other.some((left) => left.value === value)));
  });
  return [...new Map(found.map((left) => [left.value, draft(change, now.setting, left)])).values()];
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

function draft({ file, governed }: Change, setting: string, { value, by, key }: Left): Draft {
  const { line, column, document, key: subject } = value;
  const word = shellWord(file);
  const base = { severity: "error", line, column, subject } as const;
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
  return {
    ...base,
    message: `${subject} is unencrypted, and ${what}`,
    fix: document > 0 ? `secrets edit ${word}` : set,
  };
}
