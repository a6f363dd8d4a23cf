/**
 * Was this sops file changed without the key since the previous version?
 *
 * The MAC of sops covers the bytes of values and nothing else. But whoever writes with a key makes a new MAC, so where it is
 * the one of the previous version, whatever else differs was changed by hand.
 */
import type { Change, Draft } from "../finding.ts";
import { renewingMac, RESTORED, restoring } from "./commands.ts";
import { mixOf, sidesText } from "./merged.ts";
import type { Outline, WholeText } from "./outline.ts";
import { listed } from "../../words/phrases.ts";

/** One finding, or none where the file is in order. */
export function handEdits({ file, now, before, isTold }: Change): Draft[] {
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
