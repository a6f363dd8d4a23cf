/** SEC013: did a tool or an editor leave a copy of a secret in clear? */
import { isEncryptedContent } from "./content.ts";
import type { FileRule, FileSubject } from "./finding.ts";
import { shellWord } from "./place.ts";

export const sec013: FileRule = {
  about: "file",
  id: "SEC013",
  title: "decrypted leftover",
  severity: "error",
  explanation: {
    what: "A file whose name says that it is the decrypted copy of another (secrets.yaml.dec, app.decrypted.json, .decrypted~x), the swap or backup file of an editor beside a file that the policy covers, or the private keys of dotenvx (.env.keys). An error if git tracks it, a warning if it is neither tracked nor ignored.",
    why: "One `git add .` publishes it. Such copies are made by helm-secrets, editors and hands, and nobody remembers them.",
    mend: "Remove it (git rm --cached FILE && rm FILE) and let .gitignore cover its kind (SEC014). If it was pushed, change the secret.",
    limits:
      "Told by names: a copy under a name of its own is SEC001's where the policy covers it. A copy that is encrypted itself is in order.",
  },
  inspect: (subject) => {
    const stem = leftoverStem(subject.path);
    if (stem === undefined || !isMeant(stem, subject)) return [];
    const word = shellWord(subject.file);
    const what =
      stem.copyOf === undefined ? "the private keys of dotenvx" : `what looks like a decrypted copy of ${stem.copyOf}`;
    return [
      {
        severity: subject.tracked ? "error" : "warning",
        message: what,
        fix: subject.tracked ? `git rm --cached ${word} && rm ${word}` : `rm ${word}`,
        subject: "leftover",
      },
    ];
  },
};

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

function isMeant({ copyOf, certain }: Stem, { content, manages }: FileSubject): boolean {
  if (content.kind === "empty" || isEncryptedContent(content)) return false;
  return certain || (copyOf !== undefined && manages(copyOf));
}
