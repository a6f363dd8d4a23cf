/**
 * Who is meant by this list of a rule?
 *
 * `readers` holds names and recipients and is ours; `age` is sops' and holds recipients, with names only inside key groups.
 * A recipient that a member holds stands for that member. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { keyName } from "../keys/shown-key.ts";
import type { Reader } from "./policy.ts";
import { union } from "./reader-union.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import type { PlacedText } from "./recipient-text.ts";
import { namesOf, unknownName } from "./roster.ts";
import type { Roster } from "./roster.ts";
import type { YamlNode } from "./yaml-node.ts";
import { filledText, itemsOf, quoted } from "./yaml-shape.ts";
import type { Wanted } from "./yaml-shape.ts";

/**
 * The whole list of who reads.
 * @throws SecretsError `policy`: no list, nobody in it, an unknown name, an unusable recipient.
 */
export async function readReaders(node: YamlNode, wanted: Wanted, roster: Roster): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (const item of itemsOf(node, wanted)) {
    const written = trimmed(filledText(item, { what: `a reader in ${wanted.what}`, example: wanted.example }));
    const named = roster.named(written.text);
    roster.count(named?.length ?? 1, written.at);
    if (named !== undefined) readers.push(...named);
    else readers.push(memberOrLiteral(await recipientOf(written, roster), roster));
  }
  if (readers.length === 0) {
    throw new SecretsError("policy", `${wanted.what} names nobody`, {
      at: node.at,
      hint: `write for example ${wanted.example}`,
    });
  }
  return union(readers);
}

/**
 * The recipients of an `age` setting, taken apart as sops does: a text is split at its commas and may have empty parts;
 * the entries of a list may have commas, but neither they nor their parts may be empty.
 * @throws SecretsError `policy`.
 */
export function splitAge(node: YamlNode | undefined, wanted: Wanted): PlacedText[] {
  if (node === undefined || node.kind === "empty") return [];
  if (node.kind === "text") return partsOf(node).filter(({ text }) => text !== "");
  return itemsOf(node, wanted).flatMap((item) => {
    const parts = partsOf(filledText(item, wanted));
    if (parts.every(({ text }) => text !== "")) return parts;
    throw new SecretsError("policy", `${wanted.what} has an empty part between its commas`, { at: item.at });
  });
}

function partsOf({ text, at }: PlacedText): PlacedText[] {
  return text.split(",").map((part) => trimmed({ text: part, at }));
}

/**
 * Who reads by a sops list. A recipient is kept in the face in which it stands there, since that is what sops writes.
 * @param names Whether names may stand where recipients may, as inside key groups.
 * @throws SecretsError `policy`.
 */
export async function readAge(parts: readonly PlacedText[], roster: Roster, names: boolean): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (const part of parts) {
    const named = roster.named(part.text);
    if (named !== undefined && !names) {
      throw new SecretsError("policy", `age takes recipients, and ${quoted(part.text)} is a name`, {
        at: part.at,
        hint: `write readers: [${part.text}] instead`,
      });
    }
    roster.count(named?.length ?? 1, part.at);
    readers.push(...(named ?? [asWritten(await recipientOf(part, roster), roster)]));
  }
  return union(readers);
}

async function recipientOf(written: PlacedText, roster: Roster): Promise<Recipient> {
  if (!looksLikeRecipient(written.text)) throw unknownName(written, namesOf(roster));
  return roster.recipient(written, "this recipient cannot be used");
}

function memberOrLiteral(key: Recipient, roster: Roster): Reader {
  const holder = roster.holder(key);
  if (holder === undefined)
    return { name: roster.nameOf(key) ?? keyName(key), kind: "literal", keys: [key], as: "age", through: [] };
  const { name, kind, as } = holder;
  return { name, kind, keys: holder.keys.filter(({ id }) => id === key.id), as, through: [] };
}

function asWritten(key: Recipient, roster: Roster): Reader {
  return { ...memberOrLiteral(key, roster), keys: [key], as: key.twin !== undefined ? "ssh" : "age" };
}

/** Go and JavaScript agree about these blanks only. @throws SecretsError `policy` */
function trimmed({ text, at }: PlacedText): PlacedText {
  const inner = text.replace(/^[ \t\n\v\f\r]+/, "").replace(/[ \t\n\v\f\r]+$/, "");
  if (inner === inner.trim()) return { text: inner, at };
  throw new SecretsError("policy", "an unusual blank character beside this recipient", {
    at,
    hint: "type it again: it cannot be seen, and programs disagree about it",
  });
}
