/**
 * Which text is in an identity file that was encrypted with a passphrase?
 *
 * Such a file is small and rare, so the library opens it in one piece; only the passphrase stanza is our own.
 */
import { armor, Decrypter, type Stanza } from "age-encryption";
import { SecretsError } from "../errors.ts";
import { scryptIdentity } from "./kinds/scrypt.ts";
import { isPassphrase } from "./passphrase.ts";

/**
 * @param bytes binary or armored.
 * @param ask called at most once, and only where there is a passphrase stanza.
 * @throws SecretsError `bad-key`: not encrypted with a passphrase. `malformed`, `tampered`: damaged. `wrong-passphrase`.
 */
export async function openWithPassphrase(bytes: Uint8Array, ask: () => Promise<string>): Promise<Uint8Array> {
  let unwrapped = false;
  const decrypter = new Decrypter();
  decrypter.addIdentity({
    unwrapFileKey: async (stanzas: readonly Stanza[]) => {
      if (!stanzas.some(isPassphrase)) {
        throw new SecretsError("bad-key", "the identity file is encrypted, but not with a passphrase");
      }
      const fileKey = await scryptIdentity(await ask()).unwrapFileKey(stanzas);
      if (fileKey === null) throw new SecretsError("wrong-passphrase", "wrong passphrase for the identity file");
      unwrapped = true;
      return fileKey;
    },
  });
  try {
    return await decrypter.decrypt(binary(bytes));
  } catch (error) {
    if (error instanceof SecretsError) throw error;
    throw new SecretsError(unwrapped ? "tampered" : "malformed", "the encrypted identity file is damaged");
  }
}

function binary(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.trimStart().startsWith("-----BEGIN")) return bytes;
  return armor.decode(text);
}
