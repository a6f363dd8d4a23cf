import { describe, expect, test } from "vitest";
import { combineShares, splitSecret } from "../../src/crypto/shamir.ts";

describe("shares", () => {
  test("have the layout of sops: the y of every byte, then x", async () => {
    // Secret 0x42, slope 0x07: the example of the specification.
    const shares = [
      [0x45, 1],
      [0x4c, 2],
      [0x4b, 3],
    ].map((share) => Uint8Array.from(share));
    expect(await combineShares(shares)).toEqual(Uint8Array.from([0x42]));
    expect(await combineShares(shares.slice(1))).toEqual(Uint8Array.from([0x42]));
  });

  test("of which enough come together make the secret, in any order", async () => {
    const secret = Uint8Array.from({ length: 32 }, (_, index) => index);
    const shares = await splitSecret(secret, 5, 3);
    expect(shares.every((share) => share.length === 33)).toBe(true);
    const [a, b, c, d, e] = shares;
    for (const some of [
      [a, b, c],
      [e, a, d],
      [e, d, c, b, a],
    ]) {
      expect(await combineShares(some.map((share) => share ?? new Uint8Array()))).toEqual(secret);
    }
  });

  test("that do not fit one another are refused", async () => {
    const one = Uint8Array.from([1, 1]);
    await expect(combineShares([one, one])).rejects.toMatchObject({ code: "malformed" });
    await expect(combineShares([one])).rejects.toMatchObject({ code: "malformed" });
    await expect(combineShares([one, Uint8Array.from([1, 2, 2])])).rejects.toMatchObject({ code: "malformed" });
  });
});
