/**
 * What do the rules find in a version beside those that it replaces?
 *
 * That a secret was decrypted, moved out of what is encrypted, or changed without a key. Known once everything was read, since a
 * version may come before the one that it replaced.
 */
import { join } from "node:path";
import type { Governed } from "../../findings/finding.ts";
import { isExposure, tells } from "../../findings/index.ts";
import { mayBeEncrypted, readContent } from "../../findings/reading/content.ts";
import { needlesIn } from "../../findings/reading/needles.ts";
import { outlineOf, type Outline } from "../../findings/reading/outline.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Scope, Take, Version } from "../scope/scope.ts";
import type { Ask } from "./ask.ts";
import { allowancesOf, type Inspected } from "./inspector.ts";

type Judged = Pick<Inspected, "version" | "findings" | "past" | "allowances">;

export interface Changes {
  /** Takes what stood at a path before, and is not looked at itself. */
  readonly former: Take["former"];
  /** Takes every version with what was found in it; undefined where nothing gave a reason to read it. */
  readonly look: (version: Version, inspected: Inspected | undefined) => Promise<void>;
  readonly findings: (ask: Ask) => Promise<Judged[]>;
}

interface Waiting {
  readonly judged: Judged;
  readonly now: Outline;
  readonly governed: Governed | undefined;
}

export function createChanges(project: Project, { root, mode }: Pick<Scope, "root" | "mode">): Changes {
  const isPast = mode === "history";
  // In commits one version may be what another replaces; elsewhere that is handed over by itself.
  const replaceEachOther = isPast || mode === "range";
  const outlines = new Map<string, Outline>();
  const waiting: Waiting[] = [];
  const remember = (oid: string | undefined, outline: Outline) => {
    // Whatever is not known is plaintext.
    if (oid !== undefined && outline.kind !== "plain") outlines.set(oid, outline);
  };
  return {
    former: async ({ oid, bytes, path }) => {
      const needles = needlesIn(bytes);
      if (!mayBeEncrypted(bytes, needles)) return;
      const outline = await outlineOf(await readContent(bytes, path, needles), isPast);
      if (outline !== undefined) remember(oid, outline);
    },
    look: async (version, inspected) => {
      const replaces = (version.before ?? []).length > 0;
      if (!replaces && !replaceEachOther) return;
      const unread = version.bytes.length === 0 ? undefined : PLAIN;
      const now = inspected === undefined ? unread : await outlineOf(inspected.content, isPast);
      if (now === undefined) return;
      remember(version.oid, now);
      if (replaces) waiting.push({ judged: judgedIn(version, inspected), now, governed: inspected?.governed });
    },
    findings: async (ask) => {
      const judged: Judged[] = [];
      for (const { judged: own, now, governed } of waiting) {
        const { version, findings, past, allowances } = own;
        const before = (version.before ?? []).map((parents) => parents.map((oid) => outlines.get(oid) ?? PLAIN));
        const file = project.show(join(root, version.path));
        const found = [...findings, ...past];
        const isTold = found.some((each) => isExposure(each) || ["readers", "damage"].includes(tells(each.rule) ?? ""));
        const news = (await ask("change", { file, now, before, governed, isTold }, version)).filter(
          // One word for each place.
          ({ line, subject }) =>
            !found.some((each) => isExposure(each) && each.line === line && each.subject === subject),
        );
        if (news.length > 0) judged.push({ version, allowances, findings: news, past: [] });
      }
      return judged;
    },
  };

  function judgedIn(version: Version, { findings, past, allowances }: Partial<Inspected> = {}): Judged {
    // The content of the file itself is read only if something was found.
    const file = project.show(join(root, version.path));
    const own = allowances?.length ? allowances : allowancesOf({ ...version, file }).good;
    const kept = { ...version, bytes: new Uint8Array() };
    return { version: kept, findings: findings ?? [], past: past ?? [], allowances: own };
  }
}

const PLAIN: Outline = { kind: "plain" };
