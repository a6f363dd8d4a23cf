/**
 * Whose is a key, and what does it open?
 *
 * Public keys by their text, private ones by the public half that was derived from them. What is encrypted, and for whom, is
 * gathered while the files are looked at.
 */
import { join } from "node:path";
import { readersOf } from "../../documents/age/readers.ts";
import type { FileSubject, KeyHolder } from "../../findings/finding.ts";
import { parseRecipient } from "../../keys/index.ts";
import { isExempt } from "../../policy/enforcement.ts";
import type { Policy, Reader } from "../../policy/policy.ts";
import type { Project } from "../../operations/project/project.ts";
import type { PolicySet } from "./policies.ts";

/** The ids of public keys by their text; those of the policy are known without parsing them again. */
export function recipientIds(policies: readonly PolicySet[]): (text: string) => Promise<string | undefined> {
  const known = new Map<string, Promise<string | undefined>>();
  for (const { policy } of policies.flatMap(({ entries }) => entries)) {
    for (const { keys } of policy === undefined ? [] : everybody(policy)) {
      for (const { text, id } of keys) known.set(text, Promise.resolve(id));
    }
  }
  return (text) => {
    const plain = text
      .trim()
      .split(/\s+/)
      .slice(0, text.startsWith("age1") ? 1 : 2)
      .join(" ");
    const before = known.get(plain);
    if (before !== undefined) return before;
    const parsed = parseRecipient(plain).then(
      ({ id }) => id,
      () => undefined,
    );
    known.set(plain, parsed);
    return parsed;
  };
}

/** Members first, then those whom rules name by their keys. */
function everybody(policy: Policy): readonly Pick<Reader, "name" | "kind" | "keys">[] {
  const exact = policy.exactPaths.flatMap((path) => policy.rule(path)?.readers ?? []);
  return [...policy.members, ...policy.creationRules.flatMap(({ readers }) => readers), ...exact];
}

export interface KeyHolders {
  /** Who of the policies has a key with one of these ids; `listing` are all files that it might open. */
  readonly find: (ids: readonly string[], listing?: readonly string[]) => KeyHolder | undefined;
  /** Keeps what a file says of its readers. */
  readonly remember: (subject: FileSubject) => Promise<void>;
}

/** Who holds which key, and which files name its reader. */
export function keyHolders({
  policies,
  project,
  root,
}: {
  readonly policies: readonly PolicySet[];
  readonly project: Pick<Project, "show">;
  readonly root: string;
}): KeyHolders {
  /** Encrypted files with the ids of those of their readers that are known. */
  const encrypted = new Map<string, ReadonlySet<string>>();
  /** Files that were looked at and are no secrets of anybody. */
  const clear = new Set<string>();

  /** Asked once per copy of a key: each answer goes through all of them. */
  let opened: { readonly listing: readonly string[]; readonly byId: Map<string, readonly string[]> } | undefined;
  const opens = (id: string, listing: readonly string[]): readonly string[] => {
    if (opened?.listing !== listing) opened = { listing, byId: new Map() };
    const files = opened.byId.get(id) ?? filesOf(id, listing);
    opened.byId.set(id, files);
    return files;
  };

  const filesOf = (id: string, listing: readonly string[]): string[] => {
    const found = new Set([...encrypted].filter(([, ids]) => ids.has(id)).map(([path]) => path));
    for (const path of listing) {
      if (clear.has(path)) continue;
      const governed = policies[0]?.governs(path);
      const reads = governed?.ruling.readers.some(({ keys }) => keys.some((key) => key.id === id));
      const isSecret = encrypted.has(path) || (governed?.enforcement === "always" && !isExempt(path, governed));
      if (reads === true && isSecret) found.add(path);
    }
    return [...found].sort().map((path) => project.show(join(root, path)));
  };

  const find = (ids: readonly string[], all: readonly string[] = []): KeyHolder | undefined => {
    if (ids.length === 0) return undefined;
    for (const policy of policies.flatMap(({ entries }) => entries.flatMap(({ policy }) => policy ?? []))) {
      const found = everybody(policy).find(({ keys }) => keys.some(({ id }) => ids.includes(id)));
      const id = found?.keys.find(({ id }) => ids.includes(id))?.id;
      if (found === undefined || id === undefined) continue;
      return {
        name: found.name,
        kind: found.kind,
        get opens() {
          return opens(id, all);
        },
      };
    }
    return undefined;
  };

  const remember = async ({ content, governed, path, recipientId }: FileSubject): Promise<void> => {
    opened = undefined;
    if (content.kind === "plain") clear.add(path);
    if (content.kind === "sops") {
      const texts = content.document.metadata.groups.flatMap(({ age }) => age.map(({ recipient }) => recipient));
      const ids = await Promise.all(texts.map(recipientId));
      encrypted.set(path, new Set(ids.filter((id) => id !== undefined)));
    } else if (content.kind === "age" && governed !== undefined) {
      const known = governed.policy.members.flatMap(({ keys }) => keys);
      const { known: readers } = await readersOf(content.header, known);
      encrypted.set(path, new Set(readers.map(({ id }) => id)));
    }
  };
  return { find, remember };
}
