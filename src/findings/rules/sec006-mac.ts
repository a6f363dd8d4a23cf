/** SEC006: does the file open to what was sealed? */
import { renewingMac, RESTORED, restoring } from "../reading/commands.ts";
import { mixOf, sidesText } from "../reading/merged.ts";
import type { Outline, WholeText } from "../reading/outline.ts";
import { listed } from "../../words/phrases.ts";
import type { Change, Draft, Rule } from "../finding.ts";

export const sec006: Rule = {
  id: "SEC006",
  title: "authentication failed",
  severity: "error",
  explanation: {
    what: [
      "With --verify: the MAC, a value, or a piece of an age payload does not authenticate.",
      "Without a key: the file differs from the previous version and still has its MAC (a warning).",
    ],
    why: ["Somebody without the key changed it: swapped, removed or moved a value, or cut the file short."],
    fix: [
      "git checkout COMMIT -- FILE with the last commit in which it verifies, and find out who changed it.",
      "After a merge: secrets edit --ignore-mac FILE, but only if the finding says so.",
    ],
    limits: [
      "A file that no key here opens is reported as not checked.",
      "The MAC does not cover key names, types, null and empty values, and comments.",
      "Changes of these are found only against the previous version, and not with --history.",
      "The whole list: docs/tampering.md.",
    ],
  },
  opened: ({ file, problem: { message: problem, at }, mixed }) => {
    const fix = mixed === undefined ? `${restoring(file)} ${RESTORED}` : renewingMac(file);
    const message =
      mixed === undefined ? problem : `${problem}: a merge combined two versions in it${sidesText(mixed)}`;
    return [{ severity: "error", message, place: at, fix, subject: "mac" }];
  },
  change: handEdits,
};

/**
 * One finding where a file was changed by hand. The MAC covers the bytes of values and nothing else, but whoever writes with a key makes
 * a new one: where it is that of the previous version, whatever else differs was changed without.
 */
function handEdits({ file, now, before, isTold }: Change): Draft[] {
  const whole = wholeOf(now);
  if (whole === undefined || whole.mac === "" || isTold) return [];
  const olds = before.flat().flatMap((each) => wholeOf(each) ?? []);
  const changes = olds.filter(({ mac }) => mac === whole.mac).map((old) => changed(old, whole));
  const [least] = changes.sort((a, b) => a.length - b.length);
  if (least === undefined || least.length === 0) return [];
  for (const [ours, theirs] of before.map((parents) => parents.flatMap((each) => wholeOf(each) ?? []))) {
    const mix = ours === undefined || theirs === undefined ? undefined : mixOf(whole, ours, theirs);
    if (mix === undefined) continue;
    const message = `a merge combined two versions in it, with the MAC of one${sidesText(mix)}`;
    return [{ severity: "warning", message, fix: renewingMac(file), subject: "by hand" }];
  }
  const message = `it was changed without a key since the previous version: ${listed(least)}`;
  return [{ severity: "warning", message, fix: `${restoring(file)} ${RESTORED}`, subject: "by hand" }];
}

function wholeOf(outline: Outline): WholeText | undefined {
  return outline.kind === "sops" ? outline.whole : undefined;
}

/** Nothing where the two say the same. */
function changed(old: WholeText, now: WholeText): readonly string[] {
  const name = (path: string) => (path === "" ? "the top level" : path);
  const gone = [...old.entries.keys()].filter((path) => !now.entries.has(path));
  const added = [...now.entries.keys()].filter((path) => !old.entries.has(path));
  const kept = [...now.entries.keys()].filter((path) => old.entries.has(path));
  const order = [...old.entries.keys()].filter((path) => now.entries.has(path));
  const differing = (part: "value" | "type") =>
    kept.filter((path) => old.entries.get(path)?.[part] !== now.entries.get(path)?.[part]);
  const values = differing("value");
  const types = differing("type").filter((path) => !values.includes(path));
  return [
    ...gone.map((path) => `${name(path)} is gone`),
    ...added.map((path) => `${name(path)} is new`),
    ...values.map((path) => `the value of ${name(path)}`),
    ...types.map((path) => `the type of ${name(path)}`),
    ...(kept.some((path, index) => path !== order[index]) ? ["the order of its keys"] : []),
    ...(old.comments === now.comments ? [] : ["its comments"]),
  ];
}
