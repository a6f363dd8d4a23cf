/**
 * What do files tell beside the versions that they replace?
 *
 * That a secret was decrypted, or changed without a key. Known once everything was read, since a version may come before the
 * one that it replaced.
 */
import { mayBeEncrypted, readContent } from "../../findings/reading/content.ts";
import { needlesIn } from "../../findings/reading/needles.ts";
import type { Project } from "../../operations/project/project.ts";
import { decryptedFiles } from "./decrypted.ts";
import { handEdits } from "../judge/hand-edits.ts";
import type { Inspected, Inspector } from "../judge/inspector.ts";
import type { Scope, Take, Version } from "../scope/scope.ts";

export interface ReplacedVersions {
  /** Takes what stood at a path before, and is not looked at itself. */
  readonly former: Take["former"];
  /** Takes every version with what was found in it; undefined where nothing gave a reason to read it. */
  readonly look: (version: Version, inspected: Inspected | undefined) => void;
  readonly findings: (
    finding: Inspector["finding"],
  ) => Pick<Inspected, "version" | "findings" | "past" | "allowances">[];
}

export function replacedVersions(project: Project, scope: Scope): ReplacedVersions {
  const decrypted = decryptedFiles(project, scope.root);
  const edits = handEdits(project, scope);
  return {
    former: async (version) => {
      const needles = needlesIn(version.bytes);
      if (!mayBeEncrypted(version.bytes, needles)) return;
      const content = await readContent(version.bytes, version.path, needles);
      decrypted.former(version, content);
      edits.former(version, content);
    },
    look: (version, inspected) => {
      decrypted.look(version, inspected);
      if (inspected !== undefined) edits.look(inspected);
    },
    findings: (finding) => [...decrypted.findings(finding), ...edits.findings(finding)],
  };
}
