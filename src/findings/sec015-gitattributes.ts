/** SEC015: does git treat encrypted files as what they are? */
import type { PlacedDraft, TreeRule } from "./finding.ts";

/** What has to be asked of git for every encrypted file. */
export const ATTRIBUTES = ["diff", "text", "eol"] as const;

export const sec015: TreeRule = {
  about: "tree",
  id: "SEC015",
  title: "gitattributes do not fit",
  severity: "note",
  explanation: {
    what: "Encrypted files have no diff driver, so that changes show as noise; or a binary .age file is under line-end conversion.",
    why: "Nobody reviews what nobody can read. Line-end conversion changes bytes of the payload, and the file does not open any more.",
    mend: "secrets git install sets drivers for readable diffs and merges. For binary files: a line `*.age -text` in .gitattributes.",
    limits: "`text=auto` is left alone: git sees that age files are binary. Looked at in the working tree only.",
  },
  inspect: ({ encrypted }) => {
    const drafts: PlacedDraft[] = encrypted.filter(isConverted).map(({ path }) => ({
      path,
      severity: "note",
      message: "git converts the line ends of this binary file",
      fix: "add to .gitattributes: *.age -text",
      subject: "eol",
    }));
    const bare = encrypted.filter(({ attributes }) => attributes.get("diff") === "unspecified").length;
    if (bare > 0) {
      const message = `${bare} of ${encrypted.length} encrypted files have no diff driver, so that changes cannot be read`;
      drafts.push({ path: ".gitattributes", severity: "note", message, fix: "secrets git install", subject: "diff" });
    }
    return drafts;
  },
};

function isConverted({ binary, attributes }: { binary: boolean; attributes: ReadonlyMap<string, string> }): boolean {
  if (!binary || attributes.get("text") === "unset" || attributes.get("text") === "auto") return false;
  return attributes.get("text") === "set" || ["lf", "crlf"].includes(attributes.get("eol") ?? "");
}
