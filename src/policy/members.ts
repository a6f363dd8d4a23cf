/**
 * Which people and machines does the policy know, and by which keys?
 *
 * Reads `users:` and `hosts:`. A member is one key, a list of keys, or a mapping of `keys` and `as`. Files made for stock
 * sops often keep their anchors under these very names, so a list of anchored keys (`- &alice age1…`) names its members
 * by the anchors. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import type { Recipient } from "../keys/recipient.ts";
import { atMost, POLICY_LIMITS } from "../limits.ts";
import { nearest } from "../words/did-you-mean.ts";
import { whyUnclear } from "./look-alikes.ts";
import type { Face, Member } from "./policy.ts";
import { looksLikeRecipient } from "./recipient-text.ts";
import type { ReadRecipient } from "./recipient-text.ts";
import type { YamlEntry, YamlMapping, YamlNode } from "./yaml-node.ts";
import { checkKeys, entriesOf, filledText, itemsOf, quoted, textOf, valueOf } from "./yaml-shape.ts";

const FACES: readonly Face[] = ["age", "ssh", "both"];
const KINDS = { users: "user", hosts: "host" } as const;

/**
 * @param top The policy's top level.
 * @returns Users, then hosts, in the order of the file.
 * @throws SecretsError `policy`: wrong shape, unusable or repeated key, repeated name, unknown `as`.
 */
export async function readMembers(top: YamlMapping, recipient: ReadRecipient): Promise<Member[]> {
  const members: Member[] = [];
  for (const section of ["users", "hosts"] as const) {
    const entries = namedEntries(valueOf(top, section), section);
    atMost(members.length + entries.length, POLICY_LIMITS.members, { at: valueOf(top, section)?.at ?? top.at });
    for (const entry of entries) {
      checkName(entry, members);
      const { keys, as } = await readKeys(entry, recipient);
      members.push({ name: entry.key, kind: KINDS[section], keys, as, at: entry.at });
    }
  }
  checkHolders(members);
  return members;
}

/**
 * One name space for users, hosts and teams, in which nothing can be taken for a key.
 * @throws SecretsError `policy`.
 */
export function checkName(entry: YamlEntry, taken: readonly { name: string; at: Position }[]): void {
  if (!/^[^\s,\p{C}-][^\s,\p{C}]*$/u.test(entry.key) || looksLikeRecipient(entry.key)) {
    throw new SecretsError("policy", `${quoted(entry.key)} is not a valid name`, {
      at: entry.at,
      hint: "a name has no blanks or commas and does not begin with - or age1",
    });
  }
  const unclear = whyUnclear(entry.key);
  if (unclear !== undefined) {
    throw new SecretsError("policy", `the name ${quoted(entry.key)} ${unclear}`, {
      at: entry.at,
      hint: "type the name again, in one alphabet; if somebody else wrote this line, ask whom they mean",
    });
  }
  const first = taken.find(({ name }) => name === entry.key);
  if (first !== undefined) {
    throw new SecretsError("policy", `the name "${entry.key}" is already used on line ${first.at.line}`, {
      at: entry.at,
      hint: "users, hosts and teams share one name space: choose another name",
    });
  }
}

function namedEntries(node: YamlNode | undefined, section: keyof typeof KINDS): readonly YamlEntry[] {
  const example = `${section}: { ${section === "users" ? "alice" : "web1"}: age1… }`;
  if (node?.kind !== "list") return entriesOf(node, { what: section, example });
  return node.items.map((item) => {
    if (item.kind === "text" && item.anchor !== undefined) return { key: item.anchor, at: item.at, value: item };
    throw new SecretsError("policy", `${section} must be a mapping of names to keys`, {
      at: item.at,
      hint: `write for example ${example}`,
    });
  });
}

async function readKeys(entry: YamlEntry, recipient: ReadRecipient): Promise<{ keys: Recipient[]; as: Face }> {
  const { key: name, value } = entry;
  if (value.kind !== "mapping") return { keys: await readKeyList(name, value, recipient), as: "age" };
  checkKeys(value.entries, ["keys", "as"], true);
  const keys = valueOf(value, "keys") ?? { kind: "empty", at: entry.at };
  return { keys: await readKeyList(name, keys, recipient), as: readFace(valueOf(value, "as")) };
}

async function readKeyList(name: string, node: YamlNode, recipient: ReadRecipient): Promise<Recipient[]> {
  const example = `${name}: age1…`;
  const items = node.kind === "text" ? [node] : itemsOf(node, { what: `the keys of ${name}`, example });
  if (items.length === 0) {
    throw new SecretsError("policy", `${name} has no key`, { at: node.at, hint: `write ${example}` });
  }
  const keys: Recipient[] = [];
  for (const item of items) {
    const written = filledText(item, { what: `a key of ${name}`, example });
    const key = await recipient(written, `the key of ${name}`);
    if (keys.some(({ id }) => id === key.id)) {
      throw new SecretsError("policy", `${name} has the same key twice`, {
        at: item.at,
        hint: "remove one; an ed25519 SSH key and its age1 form are one key, and as: both writes the two",
      });
    }
    keys.push(key);
  }
  return keys;
}

function readFace(node: YamlNode | undefined): Face {
  const text = textOf(node, { what: "as", example: "as: ssh" });
  if (node === undefined || text === undefined) return "age";
  const face = FACES.find((known) => known === text);
  if (face !== undefined) return face;
  const near = nearest(text, FACES);
  throw new SecretsError("policy", `unknown key form ${quoted(text)} under as`, {
    at: node.at,
    hint: near === undefined ? `one of ${FACES.join(", ")}` : `did you mean ${near}?`,
  });
}

function checkHolders(members: readonly Member[]): void {
  const holders = new Map<string, Member>();
  for (const member of members) {
    for (const { id } of member.keys) {
      const other = holders.get(id);
      if (other !== undefined) {
        throw new SecretsError("policy", `${other.name} and ${member.name} have the same key`, {
          at: member.at,
          hint: `a key belongs to one name: remove it from one of them (${other.name} is on line ${other.at.line})`,
        });
      }
      holders.set(id, member);
    }
  }
}
