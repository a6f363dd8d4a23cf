/**
 * What is known of a recipient that only a plugin of age can use (`age1yubikey1…`, `age1tag1…`)?
 *
 * Its text: enough to compare a file with the policy, to name the reader and to remove it. Nothing is encrypted to it here.
 */
import { SecretsError } from "../../errors.ts";
import { fromBech32 } from "../bech32.ts";
import type { Recipient } from "../recipient.ts";

/** @throws SecretsError `bad-key`. */
export function parseRecipient(text: string): Recipient {
  const prefix = text.slice(0, text.lastIndexOf("1"));
  if (!/^age1[a-z0-9+._-]+$/.test(prefix) || fromBech32(text, prefix) === undefined) {
    throw new SecretsError("bad-key", "malformed recipient of an age plugin", {
      hint: "compare it with its source: every letter counts, and it is written in lower case",
    });
  }
  return { kind: "plugin", text, comment: "", id: `plugin:${text}` };
}
