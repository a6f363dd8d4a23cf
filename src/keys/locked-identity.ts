/**
 * What guards an identity until its passphrase is known?
 *
 * A promise that is made at the first unlocking and kept, so that nobody is asked twice for what was right.
 */
import { SecretsError } from "../errors.ts";
import type { AskPassphrase, Identity, IdentitySource, KeyKindName, LockedIdentity, Recipient } from "./key-kind.ts";

export interface Guarded {
  readonly kind: KeyKindName;
  /** As far as they are known without the passphrase. */
  readonly recipients: readonly Recipient[] | undefined;
  readonly open: (ask: AskPassphrase) => Promise<Identity[]>;
}

/** Opens at most once; what came of it is remembered, an error as well, unless it is that the passphrase was mistyped. */
export function lockedIdentity({ kind, recipients, open }: Guarded): LockedIdentity {
  let answer: Promise<Identity[]> | undefined;
  const unlock = async (ask: AskPassphrase): Promise<Identity[]> => {
    try {
      return await (answer ??= open(ask));
    } catch (error) {
      if (error instanceof SecretsError && error.code === "wrong-passphrase") answer = undefined;
      throw error;
    }
  };
  return { kind, recipients, unlock };
}

export function isLocked(source: IdentitySource): source is LockedIdentity {
  return "unlock" in source;
}
