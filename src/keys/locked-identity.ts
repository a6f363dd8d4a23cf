/**
 * What guards an identity until its passphrase is known?
 *
 * A promise that is made at the first unlocking and kept, so that nobody is asked twice for what was right.
 */
import { SecretsError } from "../errors.ts";
import type { AskPassphrase, Identity, IdentitySource, LockedIdentity } from "./recipient.ts";

export interface Guarded extends Omit<LockedIdentity, "unlock"> {
  readonly open: (ask: AskPassphrase) => Promise<Identity[]>;
}

/** Opens at most once; what came of it is remembered, an error as well, unless it is that the passphrase was mistyped. */
export function lockedIdentity({ open, ...known }: Guarded): LockedIdentity {
  let answer: Promise<Identity[]> | undefined;
  const unlock = async (ask: AskPassphrase): Promise<Identity[]> => {
    try {
      return await (answer ??= open(ask));
    } catch (error) {
      if (error instanceof SecretsError && error.code === "wrong-passphrase") answer = undefined;
      throw error;
    }
  };
  return { ...known, unlock };
}

export function isLocked(source: IdentitySource): source is LockedIdentity {
  return "unlock" in source;
}
