/**
 * Which data key do the available keys open?
 *
 * sops.md sections 6 and 7. With one group any entry has the whole data key; with several each group has a share of it, and
 * as many are needed as the threshold says.
 */
import { once, collect } from "../../text/chunks.ts";
import { dataKeyFrom, type DataKey } from "../../crypto/data-key.ts";
import { combineShares } from "../../crypto/shamir.ts";
import { SecretsError } from "../../errors.ts";
import type { Opening, OpeningRing } from "../../keys/recipient.ts";
import { openAge } from "../age/file.ts";
import { readAgeHeader } from "../age/stanzas.ts";
import type { KeyGroup, Metadata } from "./metadata.ts";
import { knownEntries, readerId, type KnownEntry } from "./readers.ts";

/**
 * Recovers the data key, from as many groups as it takes.
 * @throws SecretsError `no-identity`; `tampered` or `malformed` where an entry that could have helped is broken.
 */
export async function unwrapDataKey(metadata: Metadata, ring: OpeningRing): Promise<DataKey> {
  const needed = neededShares(metadata);
  const shares: Uint8Array[] = [];
  const failures: unknown[] = [];
  for (const group of metadata.groups) {
    if (shares.length === needed) break;
    const share = await unwrapGroup(group, ring, failures);
    if (share !== undefined) shares.push(share);
  }
  if (shares.length < needed) throw notRecovered(metadata, shares.length, failures);
  const [only = new Uint8Array()] = shares;
  return dataKeyFrom(metadata.groups.length === 1 ? only : await combineShares(shares));
}

/** How many groups it takes: all, where several stand there and no threshold. */
export function neededShares({ groups, threshold }: Metadata): number {
  if (groups.length === 1) return 1;
  if (threshold === 0) return groups.length;
  if (threshold < 2 || threshold > groups.length) {
    throw new SecretsError("malformed", `shamir_threshold is ${threshold} for ${groups.length} key groups`);
  }
  return threshold;
}

function notRecovered(metadata: Metadata, found: number, failures: readonly unknown[]): unknown {
  const { groups } = metadata;
  const needed = neededShares(metadata);
  const [failure] = failures;
  if (failure !== undefined) return failure;
  if (groups.length === 1) return new SecretsError("no-identity", "none of the keys here is among its recipients");
  return new SecretsError(
    "no-identity",
    `it needs ${needed} of ${groups.length} key groups, and the keys here open ${found}`,
  );
}

/** Entries that an available key is named in come first, those that open without a question before all others. */
async function unwrapGroup(group: KeyGroup, ring: OpeningRing, failures: unknown[]): Promise<Uint8Array | undefined> {
  const held = await ring.held();
  const entries = await knownEntries(group);
  const named = entries.filter((entry) => held.has(readerId(entry)));
  const others = entries.filter((entry) => !held.has(readerId(entry)));
  for (const [candidates, mayAsk] of [
    [named, false],
    [named, true],
    [others, true],
  ] as const) {
    for (const entry of candidates) {
      try {
        const share = await unwrapEntry(entry, ring, mayAsk);
        if (share !== undefined) return share;
      } catch (error) {
        if (!(error instanceof SecretsError) || error.code === "interrupted") throw error;
        failures.push(error);
      }
    }
  }
  return undefined;
}

async function unwrapEntry(known: KnownEntry, ring: OpeningRing, mayAsk: boolean): Promise<Uint8Array | undefined> {
  const opening = await openingOf(known);
  if (!mayAsk && (await ring.canOpen(opening)) !== "yes") return undefined;
  const fileKey = await ring.unwrap(opening);
  if (fileKey === null) return undefined;
  return Uint8Array.from(await collect(await openAge(bytesOf(known), () => fileKey)));
}

/** What a ring wants to know of an entry. @throws SecretsError `malformed` */
export async function openingOf(known: KnownEntry): Promise<Opening> {
  const { stanzas, close } = await readAgeHeader(bytesOf(known));
  await close();
  const { recipient } = known;
  return { stanzas, declares: (id) => (recipient === undefined ? undefined : recipient.id === id) };
}

function bytesOf({ entry }: KnownEntry): AsyncIterable<Uint8Array> {
  return once(new TextEncoder().encode(entry.enc));
}
