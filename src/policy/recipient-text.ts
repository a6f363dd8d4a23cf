/**
 * Which recipient does this text of the policy stand for?
 *
 * Puts the place and the owner to what `keys/` says, and parses each text once however many rules repeat it. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { atMost, POLICY_LIMITS } from "../limits.ts";
import { keyKinds, parseRecipient } from "../keys/index.ts";
import type { Recipient } from "../keys/recipient.ts";

export interface PlacedText {
  readonly text: string;
  readonly at: Position;
}

/**
 * @param whose Begins the message: "the key of alice".
 * @throws SecretsError `policy`: a key that is malformed or of a kind that cannot be used.
 */
export type ReadRecipient = (written: PlacedText, whose: string) => Promise<Recipient>;

/** Whether this is meant as a key, if an unusable one, rather than as a name: no name looks like one. */
export function looksLikeRecipient(text: string): boolean {
  return (
    keyKinds.some(({ claims }) => claims(text)) ||
    /^(?:age1|AGE1|AGE-|github:|-----BEGIN)/.test(text) ||
    /^(?:ssh|ecdsa|sk)-\S+\s/.test(text)
  );
}

/** A reader of recipients that remembers what it has read. */
export function recipientReader(): ReadRecipient {
  const known = new Map<string, Promise<Recipient>>();
  return async ({ text, at }, whose) => {
    const reading = known.get(text) ?? parseRecipient(text);
    known.set(text, reading);
    atMost(known.size, POLICY_LIMITS.recipients, { at });
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
      throw error.with({ code: "policy", message: `${whose}: ${error.message}`, at, cause: error });
    }
  };
}
