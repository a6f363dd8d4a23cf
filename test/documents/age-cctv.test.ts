import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import * as vectors from "cctv-age";
import { describe, expect, test } from "vitest";
import { sealPayload } from "../../src/crypto/payload.ts";
import { SecretsError } from "../../src/errors.ts";
import { openAge } from "../../src/documents/age/file.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import type { Identity } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";
import { scryptIdentity } from "../../src/keys/kinds/scrypt.ts";
import { collect, once } from "./bytes.ts";

interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly payload: string | undefined;
  readonly fileKey: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly file: Buffer;
}

function parseVector(name: string, bytes: Uint8Array): Vector {
  const all = Buffer.from(bytes);
  const end = all.indexOf("\n\n");
  const fields = all
    .subarray(0, end)
    .toString()
    .split("\n")
    .map((line) => /^([^:]+): (.*)$/.exec(line) ?? []);
  const every = (key: string): string[] => fields.filter((field) => field[1] === key).map((field) => field[2] ?? "");
  const body = all.subarray(end + 2);
  return {
    name,
    expect: every("expect")[0] ?? "",
    payload: every("payload")[0],
    fileKey: every("file key")[0],
    identities: every("identity"),
    passphrases: every("passphrase"),
    file: every("compressed")[0] === "zlib" ? inflateSync(body) : body,
  };
}

/** The code that answers to a failure which the vectors name. */
const codes: Record<string, string> = {
  "no match": "no-identity",
  "HMAC failure": "tampered",
  "header failure": "malformed",
  "armor failure": "malformed",
};

const all = Object.entries(vectors).map(([name, bytes]) => parseVector(name, bytes));

async function identitiesOf(vector: Vector): Promise<Identity[]> {
  const fromText = await Promise.all(
    vector.identities.map(
      async (line) => (await parseIdentityFile(Buffer.from(line), { origin: "vector" })).identities,
    ),
  );
  const native = fromText.flat().filter((identity): identity is Identity => !isLocked(identity));
  return [...native, ...vector.passphrases.map((passphrase) => scryptIdentity(passphrase))];
}

interface Outcome {
  readonly code: string;
  readonly released: Buffer;
}

async function outcomeOf(vector: Vector): Promise<Outcome> {
  const identities = await identitiesOf(vector);
  const released: Uint8Array[] = [];
  try {
    const plaintext = await openAge(once(vector.file), async (stanzas) => {
      for (const identity of identities) {
        const fileKey = await identity.unwrapFileKey(stanzas);
        if (fileKey !== null) return fileKey;
      }
      return null;
    });
    for await (const piece of plaintext) released.push(piece);
    return { code: "success", released: Buffer.concat(released) };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { code: error.code, released: Buffer.concat(released) };
  }
}

describe(`${all.length} vectors of cctv-age`, () => {
  test.each(all)("$name: $expect", async (vector) => {
    const { code, released } = await outcomeOf(vector);
    if (vector.expect === "payload failure") expect(["malformed", "tampered"]).toContain(code);
    else expect(code).toBe(codes[vector.expect] ?? vector.expect);
    const hash = createHash("sha256").update(released).digest("hex");
    expect(hash).toBe(vector.payload ?? createHash("sha256").digest("hex"));
  });

  test("what these vectors release is sealed again byte for byte", async () => {
    const sealed = all.filter(({ name }) => /^stream_(two|three|257|258|last_chunk_full)/.test(name));
    const successes = sealed.filter((vector) => vector.expect === "success");
    expect(successes.length).toBeGreaterThan(3);
    for (const vector of successes) {
      const { released } = await outcomeOf(vector);
      const start = vector.file.indexOf("\n", vector.file.indexOf("\n---") + 1) + 1;
      const payload = vector.file.subarray(start);
      const fileKey = Buffer.from(vector.fileKey ?? "", "hex");
      const again = await collect(sealPayload(fileKey, once(released), payload.subarray(0, 16)));
      expect([vector.name, again.equals(payload)]).toEqual([vector.name, true]);
    }
  });

  test("all of them are here", () => {
    expect(all).toHaveLength(143);
  });
});
