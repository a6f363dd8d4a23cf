/**
 * Which age identities are in this text?
 *
 * Native, post-quantum and of plugins. Bech32 has a checksum, so a key is told from a placeholder.
 */
import { bech32 } from "@scure/base";
import { IDENTITIES } from "../../limits.ts";
import { keyKinds } from "../../keys/index.ts";
import { markOf, type KeyInText } from "./found-key.ts";

const IDENTITY =
  /AGE-(?:SECRET-KEY-(?<pq>PQ-)?|PLUGIN-(?<plugin>[A-Z0-9][A-Z0-9+._-]{0,60}?)-)1(?<data>[02-9AC-HJ-NP-Z]+)/g;
/** What is shorter, or has fewer different letters, stands for a key in an explanation. */
const SHORTEST = 40;
const FEWEST_LETTERS = 9;
const KEY_SIZE = 32;
/** Plugins whose identity is a reference to hardware. */
const HARDWARE = new Set(["YUBIKEY", "SE", "TPM", "FIDO2-HMAC", "TREZOR", "LEDGER", "OPENPGP-CARD"]);

/** @param text one character per byte, or decoded; positions are in it. */
export async function ageKeys(text: string): Promise<KeyInText[]> {
  const found: KeyInText[] = [];
  for (const match of text.matchAll(IDENTITY)) {
    const key = await keyOf(match);
    if (key !== undefined) found.push(key);
    if (found.length >= IDENTITIES.most) break;
  }
  return found;
}

/** Undefined for a placeholder. */
async function keyOf(match: RegExpExecArray): Promise<KeyInText | undefined> {
  const { pq, plugin, data = "" } = match.groups ?? {};
  const bytes = decoded(match[0]);
  const verified = bytes !== undefined && (plugin !== undefined || bytes.length === KEY_SIZE);
  if (!verified && (data.length < SHORTEST || new Set(data).size < FEWEST_LETTERS)) return undefined;
  return {
    name: nameOf(pq !== undefined, plugin),
    offset: match.index,
    verified,
    locked: false,
    // Without a payload there is nothing to hide: the plugin knows where the key is.
    stub: plugin !== undefined && (HARDWARE.has(plugin) || bytes?.length === 0),
    ids: verified ? await idsOf(match[0]) : [],
    mark: markOf(match[0]),
  };
}

function nameOf(pq: boolean, plugin: string | undefined): string {
  if (plugin !== undefined) return `an identity of the age plugin ${plugin.toLowerCase()}`;
  return pq ? "a post-quantum age identity" : "an age identity";
}

/** Undefined unless the checksum fits. */
function decoded(text: string): Uint8Array | undefined {
  try {
    return bech32.decodeToBytes(text, false).bytes;
  } catch {
    return undefined; // what the library says may quote the key
  }
}

async function idsOf(text: string): Promise<string[]> {
  const code = await keyKinds.find(({ claimsIdentity }) => claimsIdentity?.(text))?.load();
  return (code?.parseIdentity?.(text).recipients ?? []).map(({ id }) => id);
}
