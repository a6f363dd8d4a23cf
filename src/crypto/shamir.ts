/**
 * How is a data key split among key groups?
 *
 * Shamir's scheme over GF(2^8), byte by byte; a share is the y of every byte and its x at the end, which is the layout of
 * sops (sops.md section 7). The arithmetic is that of `shamir-secret-sharing`, loaded on demand.
 */
import { SecretsError } from "../errors.ts";

/** As many shares as `count`, of which `threshold` make the secret; 2 ≤ threshold ≤ count ≤ 255. */
export async function splitSecret(
  secret: Uint8Array,
  count: number,
  threshold: number,
): Promise<readonly Uint8Array[]> {
  const { split } = await import("shamir-secret-sharing");
  return split(secret, count, threshold);
}

/**
 * The secret of these shares; with too few of them it is another one, which only shows when it is used.
 * @throws SecretsError `malformed`: shares of unequal length, with the same x, or fewer than two.
 */
export async function combineShares(shares: readonly Uint8Array[]): Promise<Uint8Array> {
  const { combine } = await import("shamir-secret-sharing");
  try {
    return await combine([...shares]);
  } catch {
    throw new SecretsError("malformed", "the shares of the data key do not belong together");
  }
}
