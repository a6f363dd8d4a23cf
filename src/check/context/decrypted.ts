/**
 * Which files were encrypted before and are in clear now?
 *
 * Whatever the policy says of the path: `sops decrypt -i` and a commit are the commonest accident, and under a broad rule
 * nothing else tells it. Known once everything was read, since a version may come before the one that it replaced.
 */
import { join } from "node:path";
import { isEncryptedContent, type Content } from "../../findings/reading/content.ts";
import { decryptedDraft } from "../../findings/reading/decrypted.ts";
import { sec001 } from "../../findings/rules/sec001-plaintext.ts";
import { allowancesIn, type Allowance } from "../../findings/suppressions.ts";
import type { Project } from "../../operations/project/project.ts";
import { isExposure, type Inspected, type Inspector } from "../judge/inspector.ts";
import type { Version } from "../scope/scope.ts";

type Judged = Pick<Inspected, "version" | "findings" | "past" | "allowances">;

export interface DecryptedFiles {
  /** Takes what stood at a path before, and is not looked at itself. */
  readonly former: (version: Pick<Version, "oid">, content: Content) => void;
  /** Takes every version with what was found in it; undefined where nothing gave a reason to read it. */
  readonly look: (version: Version, inspected: Inspected | undefined) => void;
  readonly findings: (finding: Inspector["finding"]) => Judged[];
}

export function decryptedFiles(project: Project, root: string): DecryptedFiles {
  const sealed = new Set<string>();
  const clear: { readonly version: Version; readonly allowances: readonly Allowance[] }[] = [];
  return {
    former: ({ oid }, content) => {
      if (oid !== undefined && isEncryptedContent(content)) sealed.add(oid);
    },
    look: (version, inspected) => {
      const { oid, before = [], path } = version;
      if (inspected !== undefined && isEncryptedContent(inspected.content)) {
        if (oid !== undefined) sealed.add(oid);
      } else if (before.length > 0 && isInClear(version, inspected)) {
        const text = Buffer.from(version.bytes).includes("secrets:") ? new TextDecoder().decode(version.bytes) : "";
        const { good } = allowancesIn(text, project.show(join(root, path)), path);
        clear.push({ version: { ...version, bytes: new Uint8Array() }, allowances: good });
      }
    },
    findings: (finding) =>
      clear
        .filter(({ version: { before = [] } }) => before.some((oid) => sealed.has(oid)))
        .map(({ version, allowances }) => {
          const draft = decryptedDraft(project.show(join(root, version.path)));
          return { version, allowances, findings: [finding(sec001.id, draft, version)], past: [] };
        }),
  };
}

/** What other rules have found in clear, or encrypted without its metadata, needs no second word. */
function isInClear({ bytes }: Version, inspected: Inspected | undefined): boolean {
  if (inspected === undefined) return bytes.length > 0;
  const { content, governed, findings, past } = inspected;
  return (
    content.kind === "plain" &&
    governed?.enforcement !== "never" &&
    ![...findings, ...past].some((found) => found.rule === "SEC005" || isExposure(found))
  );
}
