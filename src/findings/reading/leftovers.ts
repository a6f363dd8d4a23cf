/**
 * Is this the copy of a secret that a tool or an editor left behind?
 */
import { isExempt } from "../../policy/enforcement.ts";
import type { FileSubject } from "../finding.ts";
import { isEncryptedContent } from "./content.ts";
import { sensitivePlace } from "./sensitivity.ts";

interface Stem {
  /** The path that this is a copy of; undefined for a kind of file that is not a copy. */
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

/** Whether it is such a copy, and unencrypted. */
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
