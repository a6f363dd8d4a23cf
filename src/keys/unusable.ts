/**
 * Why can this text not be a recipient?
 *
 * What people paste where a public key belongs, told apart by its beginning alone, with the way out. Nothing of the text
 * is repeated.
 */
import { SecretsError } from "../errors.ts";

interface Unusable {
  readonly when: RegExp;
  readonly why: string;
  readonly hint?: string;
}

const otherKey = "use an ed25519 or RSA SSH key, or an age key";
const publicHalf = "use its public half: age1…, or the line of the .pub file; and keep this one out of the repository";

/** The first that fits is told. */
const unusable: readonly Unusable[] = [
  { when: /^$/, why: "an empty recipient" },
  { when: /^AGE-(SECRET-KEY|PLUGIN)-/i, why: "this is an identity (secret key), not a recipient", hint: publicHalf },
  { when: /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY/, why: "this is a private key, not a recipient", hint: publicHalf },
  { when: /^PuTTY-User-Key-File/, why: "this is a private key, not a recipient", hint: publicHalf },
  {
    when: /^(-----BEGIN|---- BEGIN)/,
    why: "this public key has a form that age does not read",
    hint: "convert it: ssh-keygen -i -f FILE",
  },
  {
    when: /^github:/,
    why: "github: recipients are not fetched, because GitHub could return other keys tomorrow",
    hint: "fetch https://github.com/USER.keys once, check the keys and write them here",
  },
  {
    when: /^\S+-cert-v\d+@openssh\.com(\s|$)/,
    why: "an SSH certificate cannot be encrypted to",
    hint: "use the public key that it certifies: the .pub file without -cert",
  },
  {
    when: /^(sk-|webauthn-sk-)\S+(\s|$)/,
    why: "SSH keys on security keys (sk-) can sign, but not decrypt",
    hint: otherKey,
  },
  { when: /^ecdsa-sha2-\S+(\s|$)/, why: "ecdsa SSH keys cannot be used for encryption with age", hint: otherKey },
  { when: /^ssh-dss(\s|$)/, why: "dsa SSH keys cannot be used for encryption with age", hint: otherKey },
  { when: /^ssh-\S+(\s|$)/, why: "an SSH key of an unknown type", hint: otherKey },
  {
    when: /\sssh-(ed25519|rsa)\s/,
    why: "unexpected text before the SSH key",
    hint: "begin with ssh-ed25519 or ssh-rsa: no options and no host name in front",
  },
];

/** @returns `bad-key` with the reason, to be thrown. */
export function whyUnusable(text: string): SecretsError {
  const found = unusable.find(({ when }) => when.test(text));
  if (found === undefined) {
    return new SecretsError("bad-key", "not a recipient", {
      hint: "a recipient is age1…, ssh-ed25519 AAAA… or ssh-rsa AAAA…",
    });
  }
  return new SecretsError("bad-key", found.why, { hint: found.hint });
}
