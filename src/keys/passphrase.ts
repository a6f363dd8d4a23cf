/** Is this sealed with a passphrase? */
import type { Stanza } from "age-encryption";

/** How its stanzas are told, and what they are called. */
export const PASSPHRASE = { stanza: "scrypt", noun: "passphrase" } as const;

export function isPassphrase({ args: [type] }: Stanza): boolean {
  return type === PASSPHRASE.stanza;
}

/** Whether a passphrase opens the file, and nothing else. */
export function needsPassphrase([first]: readonly Stanza[]): boolean {
  return first !== undefined && isPassphrase(first);
}
