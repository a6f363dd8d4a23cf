/**
 * Which kinds of keys are there, and what does this text name?
 *
 * The registry. A kind is told by its prefix, and its code is loaded when the first key of it is met: importing this file
 * loads nothing heavy. A passphrase has no text, so it has no entry here: `passphrase.ts`.
 */
import type { Stanza } from "age-encryption";
import { SecretsError } from "../errors.ts";
import type { KeyKind, Keyring, Recipient } from "./recipient.ts";
import { shownKey } from "./shown-key.ts";
import { whyUnusable } from "./unusable.ts";

export const keyKinds: readonly KeyKind[] = [
  {
    name: "x25519",
    tagged: false,
    stanza: "X25519",
    // A second 1 belongs to plugins and to the newer native kinds.
    claims: (text) => /^age1[^1]*$/.test(text),
    claimsIdentity: (line) => /^AGE-SECRET-KEY-(?!PQ-)/i.test(line),
    load: () => import("./kinds/x25519.ts"),
  },
  {
    name: "mlkem768x25519",
    tagged: false,
    stanza: "mlkem768x25519",
    claims: (text) => text.startsWith("age1pq1"),
    claimsIdentity: (line) => /^AGE-SECRET-KEY-PQ-/i.test(line),
    load: () => import("./kinds/mlkem768x25519.ts"),
  },
  {
    name: "ssh-ed25519",
    stanza: "ssh-ed25519",
    tagged: true,
    privateKey: "ed25519",
    claims: (text) => /^ssh-ed25519[ \t]/.test(text),
    load: () => import("./kinds/ssh-ed25519.ts"),
  },
  {
    name: "ssh-rsa",
    stanza: "ssh-rsa",
    tagged: true,
    privateKey: "rsa",
    claims: (text) => /^ssh-rsa[ \t]/.test(text),
    load: () => import("./kinds/ssh-rsa.ts"),
  },
  {
    name: "plugin",
    tagged: false,
    onlyBy: "age",
    claims: (text) => /^age1(?!pq1)[^1].*1/.test(text),
    claimsIdentity: (line) => line.startsWith("AGE-PLUGIN-"),
    load: () => import("./kinds/plugin.ts"),
  },
];

/** Encrypts to every kind that its public key is enough for. */
export const keyring: Keyring = {
  wrap: async (recipient, fileKey) => {
    const code = await kindOf(recipient)?.load();
    if (code?.wrap !== undefined) return [await code.wrap(recipient, fileKey)];
    const { onlyBy } = kindOf(recipient) ?? {};
    throw new SecretsError("refused", `cannot encrypt here to ${shownKey(recipient)}`, {
      hint: onlyBy && `${onlyBy} can, with the plugin of this key; or leave it out`,
    });
  },
};

/** The registry's entry for this kind; none for a passphrase. */
export function kindOf({ kind }: { readonly kind?: string | undefined }): KeyKind | undefined {
  return keyKinds.find(({ name }) => name === kind);
}

/** The kind whose stanzas have this type. */
export function kindOfStanza({ args: [type] }: Stanza): KeyKind | undefined {
  return keyKinds.find(({ stanza }) => stanza === type);
}

/** The only program that can encrypt to it; undefined where that can be done here. */
export function onlyProgram(recipient: Recipient): string | undefined {
  return kindOf(recipient)?.onlyBy;
}

/**
 * One recipient; blanks around it do not matter.
 *
 * @throws SecretsError `bad-key`: malformed, too weak, or of a kind that cannot be used, with the reason and a way out.
 */
export async function parseRecipient(text: string): Promise<Recipient> {
  const trimmed = text.trim();
  if (/^(age1|ssh-)[^\r\n]*[\r\n]/.test(trimmed)) {
    throw new SecretsError("bad-key", "several lines instead of one recipient");
  }
  const kind = keyKinds.find((kind) => kind.claims(trimmed));
  if (kind === undefined) throw whyUnusable(trimmed);
  return (await kind.load()).parseRecipient(trimmed);
}
