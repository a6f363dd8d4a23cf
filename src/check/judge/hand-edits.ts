/**
 * Which files were changed by hand since the versions that they replace?
 *
 * Known once everything was read, since a version may come before the one that it replaced. Not for the history: it tells what
 * was published, and what was changed there can no longer be mended.
 */
import { join } from "node:path";
import type { Content } from "../../findings/reading/content.ts";
import type { RuleId } from "../../findings/finding.ts";
import { handEdit, outlineOf, type Outline } from "../../findings/reading/hand-edits.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Inspected, Inspector } from "./inspector.ts";
import type { Scope, Version } from "../scope/scope.ts";

type Judged = Pick<Inspected, "version" | "findings" | "past" | "allowances">;

const TOLD: ReadonlySet<RuleId> = new Set(["SEC001", "SEC002", "SEC003", "SEC004", "SEC005", "SEC009"]);

export interface HandEdits {
  /** Takes what stood at a path before, and is not looked at itself. */
  readonly former: (version: Pick<Version, "oid">, content: Content) => void;
  /** Takes every version that was looked at. */
  readonly look: (inspected: Inspected) => void;
  readonly findings: (finding: Inspector["finding"]) => Judged[];
}

export function handEdits(project: Project, { root, mode }: Pick<Scope, "root" | "mode">): HandEdits {
  const outlines = new Map<string, Outline>();
  const waiting: { readonly judged: Omit<Judged, "findings" | "past">; readonly outline: Outline }[] = [];
  const remember = (oid: string | undefined, outline: Outline) => {
    if (oid !== undefined) outlines.set(oid, outline);
  };
  return {
    former: ({ oid }, content) => {
      const outline = outlineOf(content);
      if (outline !== undefined) remember(oid, outline);
    },
    look: ({ version, content, allowances, findings }) => {
      const replaces = version.before !== undefined && version.before.length > 0;
      // In a range one version may be what another replaces; elsewhere that is handed over by itself.
      if (mode === "history" || (!replaces && mode !== "range")) return;
      const outline = outlineOf(content);
      if (outline === undefined) return;
      remember(version.oid, outline);
      // What is broken or unencrypted was told already.
      if (findings.some(({ rule }) => TOLD.has(rule))) return;
      if (replaces) waiting.push({ judged: { version: { ...version, bytes: new Uint8Array() }, allowances }, outline });
    },
    findings: (finding) =>
      waiting.flatMap(({ judged, outline }) => {
        const { version } = judged;
        const before = (version.before ?? []).flatMap((oid) => outlines.get(oid) ?? []);
        const found = handEdit(project.show(join(root, version.path)), outline, before);
        if (found === undefined) return [];
        return [{ ...judged, findings: [finding(found.rule, found.draft, version)], past: [] }];
      }),
  };
}
