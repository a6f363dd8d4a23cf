/**
 * Which identities does this file or variable hold?
 *
 * Told by content alone, as age does: lines of native identities, an SSH private key, or an age file under a passphrase
 * with such lines in it. What is well-formed but of a kind not supported yet is a warning beside the good ones.
 */
import { strictUtf8 } from "../text/utf8.ts";
import { dressed, SecretsError } from "../errors.ts";
import { atMost, IDENTITIES } from "../limits.ts";
import { keyKinds } from "./index.ts";
import type { Identity, IdentitySource, LockedIdentity } from "./recipient.ts";
import { lockedIdentity } from "./locked-identity.ts";

const maxSize = 16 * 1024 * 1024;

export interface IdentityText {
  /** How the file or variable is called in messages and questions. */
  readonly origin: string;
  /** Whether several identities may stand on one line, divided by blanks, as in `SOPS_AGE_KEY`. */
  readonly inline?: boolean | undefined;
  /** The text of the `.pub` beside the file; helps with PEM keys under a passphrase. */
  readonly publicKey?: string | undefined;
}

export interface IdentityFile {
  readonly identities: readonly IdentitySource[];
  /** One line each, about identities that were left out; they begin with the line number. */
  readonly warnings: readonly string[];
}

/**
 * @throws SecretsError `bad-key` with file and line: an identity that is malformed or of an unusable type, a recipient
 * where an identity is wanted, or no identity at all.
 */
export async function parseIdentityFile(bytes: Uint8Array, options: IdentityText): Promise<IdentityFile> {
  const at = { file: options.origin };
  try {
    if (bytes.length > maxSize) throw new SecretsError("bad-key", "too large to be an identity file");
    const start = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart();
    if (start.startsWith("age-encryption.org/") || start.startsWith("-----BEGIN AGE ENCRYPTED")) {
      return { identities: [encryptedFile(bytes, options.origin)], warnings: [] };
    }
    const text = textOf(bytes);
    if (text.trimStart().startsWith("-----BEGIN")) {
      const { parseSshPrivateKey } = await import("./ssh-private-key.ts");
      return { identities: [await parseSshPrivateKey(text, options)], warnings: [] };
    }
    if (text.startsWith("PuTTY-User-Key-File-")) {
      throw new SecretsError("bad-key", "a PuTTY key, which age does not read", {
        hint: "convert it: puttygen FILE.ppk -O private-openssh -o FILE",
      });
    }
    return await parseLines(text, options);
  } catch (error) {
    throw error instanceof SecretsError ? dressed(error, { at }) : error;
  }
}

async function parseLines(
  text: string,
  { origin, inline = false }: IdentityText,
): Promise<{ identities: Identity[]; warnings: string[] }> {
  const identities: Identity[] = [];
  const warnings: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    for (const word of inline ? trimmed.split(/\s+/) : [trimmed]) {
      const at = { file: origin, line: index + 1 };
      atMost(identities.length + warnings.length + 1, IDENTITIES, { at, code: "bad-key" });
      const identity = await parseIdentity(word, at);
      if (identity !== undefined) identities.push(identity);
      else warnings.push(`line ${index + 1}: skipped: identities of age plugins are not supported yet`);
    }
  }
  if (identities.length === 0 && warnings.length === 0) throw new SecretsError("bad-key", "no identities found");
  return { identities, warnings };
}

/** Undefined for one of a kind that cannot be opened with here. */
async function parseIdentity(line: string, at: { file: string; line: number }): Promise<Identity | undefined> {
  const kind = keyKinds.find(({ claimsIdentity }) => claimsIdentity?.(line));
  if (kind !== undefined) {
    try {
      return (await kind.load()).parseIdentity?.(line);
    } catch (error) {
      throw error instanceof SecretsError ? dressed(error, { at }) : error;
    }
  }
  if (/^(age1|ssh-|ecdsa-|sk-)/.test(line)) {
    throw new SecretsError("bad-key", "this is a recipient (public key), not an identity", {
      at,
      hint: "give the file with the secret half: AGE-SECRET-KEY-1…, or the SSH key without .pub",
    });
  }
  throw new SecretsError("bad-key", "not an identity", {
    at,
    hint: "an identity file holds lines with AGE-SECRET-KEY-1…, or one SSH private key",
  });
}

/** An age file under a passphrase: opened when a passphrase is there, and then read line by line. */
function encryptedFile(bytes: Uint8Array, origin: string): LockedIdentity {
  return lockedIdentity({
    recipients: undefined,
    open: async (ask) => {
      const { openWithPassphrase } = await import("./encrypted-identities.ts");
      const text = textOf(await openWithPassphrase(bytes, () => ask(origin)));
      return (await parseLines(text, { origin })).identities;
    },
  });
}

function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    throw new SecretsError("bad-key", "the file is UTF-16 text", { hint: "save it as UTF-8" });
  }
  const text = strictUtf8(bytes);
  if (text !== undefined) return text.replace(/^\uFEFF/, "");
  throw new SecretsError("bad-key", "neither text nor an age file");
}
