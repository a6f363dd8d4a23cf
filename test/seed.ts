/**
 * From which number does everything begin that the tests make at random?
 *
 * From the same one, so that a run can be repeated; SECRETS_SEED=NUMBER takes another, SECRETS_SEED=random a new one for each file.
 * Where a property fails, fast-check says its seed. Keys and nonces are new each time all the same.
 */
import { randomInt } from "node:crypto";
import fc from "fast-check";

const asked = process.env["SECRETS_SEED"] ?? "1";

export const SEED = asked === "random" ? randomInt(2 ** 31) : Number(asked);

// And the assertion that failed, which fast-check would leave to `cause`, where JSON reports lose it.
fc.configureGlobal({ seed: SEED, includeErrorInReport: true });
