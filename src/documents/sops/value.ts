/**
 * What is in this ENC text, and is it what its type says?
 */
import type { DataKey } from "../../crypto/data-key.ts";
import { openValue, parseEnc } from "../../crypto/value-cipher.ts";
import { SecretsError } from "../../errors.ts";
import type { Scalar } from "../../formats/format.ts";
import { isCanonical } from "../../formats/scalar.ts";

/**
 * Opens an ENC text. The type of a sealed value is not authenticated, so its bytes have to be those that sops writes for it.
 * @throws SecretsError `malformed` where it is not an ENC text, `tampered` where it does not open or its type was changed.
 */
export function openScalar(key: DataKey, aad: string, text: string): Scalar {
  const scalar = openValue(key, aad, parseEnc(text));
  if (isCanonical(scalar)) return scalar;
  throw new SecretsError("tampered", `an encrypted value is not of type ${scalar.type}: its type was changed`);
}
