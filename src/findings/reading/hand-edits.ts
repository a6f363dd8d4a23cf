/**
 * Was this file changed without the key since the version before?
 *
 * The MAC of sops covers the bytes of values and nothing else. But whoever writes with a key makes a new MAC, so where it is
 * the one of the version before, whatever else differs was changed by hand. A finding of SEC006, or, where an .age file no
 * longer says for whom it is, of SEC009.
 */
import { createHash } from "node:crypto";
import { looksSealed } from "../../crypto/value-cipher.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { Content as Said } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { textOfScalar } from "../../formats/scalar.ts";
import { RESTORED, restoring } from "./commands.ts";
import type { Content } from "./content.ts";
import type { Draft, RuleId } from "../finding.ts";
import { shellWord } from "./place.ts";

/** What two versions of a file are compared by. */
export type Outline =
  | { readonly kind: "age"; readonly hasHint: boolean }
  | {
      readonly kind: "sops";
      readonly mac: string;
      /** By key path: what stands there, hashed, and its type. In the order of the file. */
      readonly entries: ReadonlyMap<string, { readonly value: string; readonly type: string }>;
      readonly comments: string;
    };

/** The outline of an encrypted file; undefined for any other. */
export function outlineOf(content: Content): Outline | undefined {
  if (content.kind === "age") return { kind: "age", hasHint: content.header.hint !== undefined };
  return content.kind === "sops" && content.document.metadata.mac !== "" ? outlined(content.document) : undefined;
}

function outlined({ format, parsed, metadata }: SopsDocument): Outline {
  const entries = new Map<string, { value: string; type: string }>();
  for (const [index, document] of format.read(parsed).entries()) {
    // A mapping around several documents would change the paths of the first.
    collect(document, index === 0 ? [] : [`document ${index + 1}`], entries);
  }
  // What the MAC does not cover may be changed by hand: that is what mac_only_encrypted is for.
  if (metadata.settings.macOnlyEncrypted)
    for (const [path, { type }] of entries) if (!type.startsWith("ENC")) entries.delete(path);
  const comments = parsed.leaves.filter(({ kind }) => kind === "comment").map(({ scalar }) => textOfScalar(scalar));
  return { kind: "sops", mac: metadata.mac, entries, comments: hashed(comments.join("\n")) };
}

type Entries = Map<string, { value: string; type: string }>;

function collect(content: Said, steps: readonly (string | number)[], entries: Entries): void {
  if (content.kind === "scalar") {
    const text = Buffer.from(content.scalar.bytes).toString();
    const [, value = text, type] = looksSealed(text) ? (/^(.*),type:([a-z]+)\]\s*$/s.exec(text) ?? []) : [];
    entries.set(stepsText(steps), {
      value: hashed(value),
      type: type === undefined ? content.scalar.type : `ENC ${type}`,
    });
    return;
  }
  const below =
    content.kind === "list"
      ? content.items.map((item, index) => [index, item] as const)
      : content.entries.filter(([key]) => steps.length > 0 || key !== "sops");
  if (below.length === 0) entries.set(stepsText(steps), { value: "", type: content.kind });
  for (const [step, child] of below) collect(child, [...steps, step], entries);
}

function hashed(text: string): string {
  return createHash("sha256").update(text).digest("base64").slice(0, 16);
}

/** The finding for a file of which these are the versions before; undefined where it is in order. */
export function handEdit(
  file: string,
  now: Outline,
  before: readonly Outline[],
): { readonly rule: RuleId; readonly draft: Draft } | undefined {
  if (now.kind === "age") {
    const isLost = !now.hasHint && before.length > 0 && before.every((each) => each.kind === "age" && each.hasHint);
    return isLost ? { rule: "SEC009", draft: lostHint(file) } : undefined;
  }
  const changes = before.flatMap((each) => (each.kind === "sops" && each.mac === now.mac ? [changed(each, now)] : []));
  const [least] = changes.sort((a, b) => a.length - b.length);
  if (least === undefined || least.length === 0) return undefined;
  const shown = least.slice(0, 3);
  const more = least.length - shown.length;
  const what = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  return {
    rule: "SEC006",
    draft: {
      severity: "warning",
      message: `it was changed without a key since the version before: ${what}`,
      fix: `${restoring(file)} ${RESTORED}`,
      subject: "by hand",
    },
  };
}

function lostHint(file: string): Draft {
  return {
    severity: "note",
    message: "it said for whom it is until now, and no longer does: nobody can compare its readers with the policy",
    fix: `secrets rekey ${shellWord(file)}`,
    subject: "hint",
  };
}

type SopsOutline = Extract<Outline, { kind: "sops" }>;

/** Nothing where the two say the same. */
function changed(old: SopsOutline, now: SopsOutline): readonly string[] {
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
