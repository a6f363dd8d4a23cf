/** SEC013: did a tool or an editor leave a copy of a secret in clear? */
import { isExempt } from "../../policy/enforcement.ts";
import { isEncryptedContent } from "../reading/content.ts";
import type { FileRule, FileSubject } from "../finding.ts";
import { shellWord } from "../reading/place.ts";
import { sensitivePlace } from "../reading/sensitivity.ts";

export const sec013: FileRule = {
  about: "file",
  id: "SEC013",
  title: "decrypted leftover",
  severity: "error",
  explanation: {
    what: "A file whose name says that it is the decrypted copy of another (secrets.yaml.dec, app.decrypted.json, .decrypted~x), the swap or backup file of an editor of a file that the policy wants encrypted, or the private keys of dotenvx (.env.keys). An error if git tracks it or a rule obliges its own path; else, neither tracked nor ignored, a warning.",
    why: "One `git add .` publishes it. Such copies are made by helm-secrets, editors and hands, and nobody remembers them.",
    mend: "Remove it (git rm --cached FILE && rm FILE) and let .gitignore cover its kind (SEC014). If it was pushed, change the secret.",
    limits:
      "Told by names: a copy under a name of its own is SEC001's where the policy covers it. A copy that is encrypted itself is in order, and so is one in which the rule would encrypt nothing.",
  },
  inspect: async (subject) => {
    const stem = leftoverStem(subject.path);
    if (stem === undefined || !(await isLeftover(subject))) return [];
    const word = shellWord(subject.file);
    const what =
      stem.copyOf === undefined ? "the private keys of dotenvx" : `what looks like a decrypted copy of ${stem.copyOf}`;
    return [
      {
        severity: subject.tracked || isObliged(subject) ? "error" : "warning",
        message: what,
        fix: subject.tracked ? `git rm --cached ${word} && rm ${word}` : `rm ${word}`,
        subject: "leftover",
      },
    ];
  },
};

/** Whether plaintext at this path is an error by any name, tracked or not. */
function isObliged({ path, governed }: FileSubject): boolean {
  return governed?.enforcement === "always" && !isExempt(path, governed);
}

interface Stem {
  /** The path that this is a copy of; undefined for a kind of file that is no copy. */
  readonly copyOf: string | undefined;
  /** Whether the name alone says it, whatever stands beside it. */
  readonly certain: boolean;
}

const DECRYPTED: readonly { readonly when: RegExp; readonly stem: string; readonly certain: boolean }[] = [
  { when: /^\.decrypted~(.+)$/, stem: "$1", certain: true },
  { when: /^(.+)\.decrypted(\.[^.]+)?$/, stem: "$1$2", certain: true },
  { when: /^(.+\.(?:ya?ml|json|env|ini|toml|txt|age|sops|properties))\.dec$/i, stem: "$1", certain: true },
  { when: /^(.+)\.dec(\.(?:ya?ml|json|env|ini|toml))$/i, stem: "$1$2", certain: true },
  { when: /^(.+)\.dec$/, stem: "$1", certain: false },
  { when: /^\.(.+)\.sw[a-p]$/, stem: "$1", certain: false },
  { when: /^\.#(.+)$/, stem: "$1", certain: false },
  { when: /^#(.+)#$/, stem: "$1", certain: false },
  { when: /^(.+)~$/, stem: "$1", certain: false },
  { when: /^(.+)\.(?:bak|orig|save|old|tmp|backup)$/i, stem: "$1", certain: false },
];

/** What this name is a leftover of, or undefined where it is none. @param path POSIX. */
export function leftoverStem(path: string): Stem | undefined {
  const slash = path.lastIndexOf("/") + 1;
  const name = path.slice(slash);
  if (name === ".env.keys") return { copyOf: undefined, certain: true };
  for (const { when, stem, certain } of DECRYPTED) {
    if (when.test(name)) return { copyOf: path.slice(0, slash) + name.replace(when, stem), certain };
  }
  return undefined;
}

/** Whether it is such a copy, and in clear. */
export async function isLeftover({ content, path, governs }: FileSubject): Promise<boolean> {
  const stem = leftoverStem(path);
  if (stem === undefined || content.kind === "empty" || isEncryptedContent(content)) return false;
  if (stem.certain || stem.copyOf === undefined) return true;
  const governed = governs(stem.copyOf);
  if (governed === undefined || isExempt(stem.copyOf, governed)) return false;
  // A swap file has its text in pieces; of a whole copy one can see whether the rule would seal anything in it.
  const isWhole = !/\.sw[a-p]$/.test(path) && content.kind === "plain";
  if (!isWhole) return governed.enforcement === "always";
  return (await sensitivePlace(content.text, governed, stem.copyOf)) !== undefined;
}
