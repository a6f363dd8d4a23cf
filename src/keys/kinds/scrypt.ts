/**
 * How does a passphrase wrap and unwrap a file key?
 *
 * C2SP age.md, "The scrypt recipient type", on `node:crypto`, which is faster than the library and has no memory limit of
 * its own. A scrypt stanza stands alone in its header, so that whoever holds the passphrase is known to have written it.
 */
import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Stanza } from "age-encryption";
import { encodeUnpadded } from "../../crypto/base64.ts";
import { SecretsError } from "../../errors.ts";
import { ALONE } from "../distinct.ts";
import { bytesArgument, checkShape, malformedStanza, unwrapUnder, wrapUnder } from "../file-key.ts";
import { PASSPHRASE_STANZA } from "../passphrase.ts";
import type { Identity, Keyring, Recipient } from "../recipient.ts";

const stanzaType = PASSPHRASE_STANZA;
const saltLabel = "age-encryption.org/v1/scrypt";
const saltSize = 16;
const workFactor = 18;
const maxWorkFactor = 22;
const blockSize = 8;

const deriveKey = promisify(
  (passphrase: string, options: { salt: Buffer; logN: number }, done: (error: Error | null, key: Buffer) => void) => {
    const N = 2 ** options.logN;
    // OpenSSL needs 128·N·r and a little more, and refuses by default from 32 MiB on.
    scrypt(passphrase, options.salt, 32, { N, r: blockSize, p: 1, maxmem: 128 * (N + 32) * blockSize }, done);
  },
);

/** A recipient that stands for the passphrase, which only its own keyring knows. */
export const passphraseRecipient: Recipient = {
  kind: PASSPHRASE_STANZA,
  text: "passphrase",
  comment: "",
  id: PASSPHRASE_STANZA,
  labels: [ALONE],
};

/**
 * @param logN the work factor; only tests lower it.
 * @throws SecretsError `refused`: the passphrase is empty.
 */
export function passphraseRing(passphrase: string, { logN = workFactor } = {}): Keyring {
  refuseEmpty(passphrase);
  return {
    wrap: async (_, fileKey) => {
      const salt = randomBytes(saltSize);
      const key = await deriveKey(passphrase, { salt: labelled(salt), logN });
      return [{ args: [stanzaType, encodeUnpadded(salt), String(logN)], body: wrapUnder(key, fileKey) }];
    },
  };
}

/**
 * Answers null where the passphrase does not fit: who has just asked for it says `wrong-passphrase`.
 * @throws SecretsError `refused`: the passphrase is empty.
 */
export function scryptIdentity(passphrase: string): Identity {
  refuseEmpty(passphrase);
  return { recipients: [], unwrapFileKey: (stanzas) => unwrap(passphrase, stanzas) };
}

async function unwrap(passphrase: string, stanzas: readonly Stanza[]): Promise<Uint8Array | null> {
  const stanza = stanzas.find(({ args }) => args[0] === stanzaType);
  if (stanza === undefined) return null;
  if (stanzas.length > 1) throw malformedStanza(stanza, "is not alone");
  checkShape(stanza, 2);
  const salt = bytesArgument(stanza, 1, saltSize);
  const logN = stanza.args[2] ?? "";
  if (!/^[1-9][0-9]*$/.test(logN)) throw malformedStanza(stanza, "has a malformed work factor");
  if (Number(logN) > maxWorkFactor) {
    throw malformedStanza(stanza, `asks for a work factor above ${maxWorkFactor}, which would take minutes`);
  }
  const key = await deriveKey(passphrase, { salt: labelled(salt), logN: Number(logN) });
  return unwrapUnder(key, stanza.body) ?? null;
}

function labelled(salt: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(saltLabel), salt]);
}

function refuseEmpty(passphrase: string): void {
  if (passphrase === "") throw new SecretsError("refused", "an empty passphrase protects nothing");
}
