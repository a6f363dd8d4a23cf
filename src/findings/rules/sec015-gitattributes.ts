/** SEC015: does git treat encrypted files as what they are? */
import { appending, type LineFile } from "../reading/commands.ts";
import type { Draft, EncryptedFile, Rule } from "../finding.ts";

/** What has to be asked of git for every encrypted file. */
const ATTRIBUTES = ["diff", "text", "eol"] as const;

/** No lines are merged into a file that is only whole as a whole. */
const AGE = "*.age -text merge=binary";

export const sec015: Rule = {
  id: "SEC015",
  title: ".gitattributes lacks a diff driver or damages line endings",
  severity: "note",
  needs: { attributes: ATTRIBUTES },
  explanation: {
    what: ["Encrypted files have no diff driver, or git converts the line endings of a binary .age file."],
    why: ["Nobody reviews what nobody can read. Converted line endings break the file."],
    fix: [
      "The command of the finding names a driver in .gitattributes and in the configuration of this clone.",
      "git diff, git log -p and git show then print plaintext for those who have a key, also into pipes.",
      "For binary files: *.age -text merge=binary.",
    ],
    limits: ["text=auto is fine: git sees that age files are binary. Only in the working tree."],
  },
  tree: ({ encrypted, gitattributes }) => {
    const converted = "git converts the line endings of this binary file";
    const keep = appending(gitattributes, [AGE]);
    const drafts = encrypted.filter(isConverted).map(({ path }): Draft => {
      return { path, severity: "note", message: converted, fix: keep, subject: "eol" };
    });
    const bare = encrypted.filter(({ attributes }) => attributes.get("diff") === "unspecified");
    if (bare.length > 0) {
      const message = `${bare.length} of ${encrypted.length} encrypted files have no diff driver, so their changes cannot be reviewed`;
      const fix = driver(bare, gitattributes);
      drafts.push({ path: ".gitattributes", severity: "note", message, fix, subject: "diff" });
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

function isConverted({ binary, attributes }: EncryptedFile): boolean {
  const text = attributes.get("text");
  if (!binary || text === "unset" || text === "auto") return false;
  return text === "set" || ["lf", "crlf"].includes(attributes.get("eol") ?? "");
}
