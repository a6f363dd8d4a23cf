/** Is this sealed with a passphrase? */
import type { Stanza } from "age-encryption";

/** The type of its stanza. */
export const PASSPHRASE_STANZA = "scrypt";

export function isPassphrase({ args: [type] }: Stanza): boolean {
  return type === PASSPHRASE_STANZA;
}

/** Whether a passphrase opens the file, and nothing else. */
export function needsPassphrase([first]: readonly Stanza[]): boolean {
  return first !== undefined && isPassphrase(first);
}
