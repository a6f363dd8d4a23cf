/** SEC015: does git treat encrypted files as what they are? */
import { appending, type LineFile } from "../reading/commands.ts";
import type { Draft, EncryptedFile, Rule } from "../finding.ts";

/** What has to be asked of git for every encrypted file. */
const ATTRIBUTES = ["diff", "text", "eol"] as const;

/** No lines are merged into a file that is only whole as a whole. */
const AGE = "*.age -text merge=binary";

export const sec015: Rule = {
  id: "SEC015",
  title: "gitattributes do not fit",
  severity: "note",
  needs: { attributes: ATTRIBUTES },
  explanation: {
    what: "Encrypted files have no diff driver, so that changes show as noise; or a binary .age file is under line-end conversion.",
    why: "Nobody reviews what nobody can read. Line-end conversion changes bytes of the payload, and the file does not open any more.",
    mend: "Give the files a driver in .gitattributes, and say in the configuration of each clone what it is; the command of the finding does both. Then git diff, git log -p and git show give plaintext to those who have a key, also where they are piped into a file or another program, and ciphertext to others; a version that is not encrypted, or that no key here opens, begins with a line that says so. For binary files: a line `*.age -text merge=binary` in .gitattributes.",
    limits: "`text=auto` is left alone: git sees that age files are binary. Looked at in the working tree only.",
  },
  tree: ({ encrypted, gitattributes }) => {
    const drafts: Draft[] = encrypted.filter(isConverted).map(({ path }) => ({
      path,
      severity: "note",
      message: "git converts the line ends of this binary file",
      fix: appending(gitattributes, [AGE]),
      subject: "eol",
    }));
    const bare = encrypted.filter(({ attributes }) => attributes.get("diff") === "unspecified");
    if (bare.length > 0) {
      const message = `${bare.length} of ${encrypted.length} encrypted files have no diff driver, so that changes cannot be read`;
      drafts.push({
        path: ".gitattributes",
        severity: "note",
        message,
        fix: driver(bare, gitattributes),
        subject: "diff",
      });
    }
    return drafts;
  },
};

/** Shows what nobody here can open as it is, for a driver that fails stops every diff; marked, so that lost encryption is seen. */
const TEXTCONV = `git config diff.secrets.textconv 'sh -c '\\''secrets decrypt "$1" 2>/dev/null || { echo "# not encrypted, or no key here opens it"; cat "$1"; }'\\'' --'`;

function driver(files: readonly EncryptedFile[], gitattributes: LineFile): string {
  const patterns = new Set(
    files.map(({ path }) => (path.includes("/") ? `${path.slice(0, path.indexOf("/"))}/**` : `/${path}`)),
  );
  const lines = [...patterns].map((pattern) => `${attributePattern(pattern)} diff=secrets`);
  if (files.some(({ path }) => path.endsWith(".age"))) lines.push(AGE);
  return `${appending(gitattributes, lines)} && ${TEXTCONV}`;
}

/** Blanks end a pattern, unless it stands in quotes as in C (gitattributes(5)). */
function attributePattern(pattern: string): string {
  return /[\s"\\]/.test(pattern) ? JSON.stringify(pattern) : pattern;
}

function isConverted({ binary, attributes }: { binary: boolean; attributes: ReadonlyMap<string, string> }): boolean {
  if (!binary || attributes.get("text") === "unset" || attributes.get("text") === "auto") return false;
  return attributes.get("text") === "set" || ["lf", "crlf"].includes(attributes.get("eol") ?? "");
}
