/**
 * What encrypts the values of one sops document?
 *
 * 32 random bytes, one key for all values and the MAC (sops.md 1.1). Held in a `KeyObject`, which prints, serialises and
 * inspects as nothing.
 */
import { createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from "node:crypto";
import { SecretsError } from "../errors.ts";

/** The length of a data key in bytes. */
const DATA_KEY_LENGTH = 32;

/** A data key. Its bytes leave only through `dataKeyBytes`, to be wrapped. */
export interface DataKey {
  readonly secret: KeyObject;
}

/** A fresh random data key. */
export function newDataKey(): DataKey {
  return dataKeyFrom(randomBytes(DATA_KEY_LENGTH));
}

/**
 * The data key of these bytes, which are wiped.
 * @throws SecretsError `malformed` where they are not 32.
 */
export function dataKeyFrom(bytes: Uint8Array): DataKey {
  if (bytes.length !== DATA_KEY_LENGTH) {
    throw new SecretsError("malformed", `the data key has ${bytes.length} bytes instead of ${DATA_KEY_LENGTH}`);
  }
  const secret = createSecretKey(bytes);
  bytes.fill(0);
  return { secret };
}

/** The 32 bytes, for wrapping; the caller wipes them. */
export function dataKeyBytes(key: DataKey): Uint8Array {
  return new Uint8Array(key.secret.export());
}

export function sameDataKey(a: DataKey, b: DataKey): boolean {
  return timingSafeEqual(a.secret.export(), b.secret.export());
}
