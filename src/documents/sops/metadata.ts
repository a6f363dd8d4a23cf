/**
 * What does the metadata of a sops document say?
 *
 * sops.md 3.1 to 3.3 and 11. Reading takes every spelling that sops ever wrote. Writing changes the fields that differ and
 * leaves all others as they stand, unknown ones too; a new document gets what sops 3.13 writes, with its keys sorted.
 */
import { SecretsError } from "../../errors.ts";
import type { Tree } from "../../formats/format.ts";
import { atMost, ENTRIES, GROUPS } from "../../limits.ts";
import { entryKinds, foreignKinds } from "../../keys/entries/index.ts";
import { age } from "../../keys/entries/age.ts";
import { isList, isMapping, sameTree } from "../../formats/tree.ts";
import { RULE_NAMES, sameSettings, selectionSettings, type RuleName, type SelectionSettings } from "./selection.ts";
import { asBoolean, asInteger, asList, asText, fieldName } from "./metadata-fields.ts";

/** One age recipient with the data key, or its share of it, wrapped: an armored age file with this one recipient. */
export interface AgeEntry {
  readonly recipient: string;
  readonly enc: string;
  /** As it stands in the file; undefined for a new one. */
  readonly tree: Tree | undefined;
}

export interface KeyGroup {
  readonly age: readonly AgeEntry[];
  /** Verbatim lists, none of them empty. */
  readonly others: ReadonlyMap<string, readonly Tree[]>;
}

export interface Metadata {
  /** At least one. */
  readonly groups: readonly KeyGroup[];
  /** How many groups it takes; 0 where nothing is said. */
  readonly threshold: number;
  readonly settings: SelectionSettings;
  /** RFC 3339 to the second, as it is the MAC's additional data; "" in a document that was never sealed. */
  readonly lastModified: string;
  /** The sealed MAC, "" where it is missing. */
  readonly mac: string;
  readonly version: string;
  /** Our own field: the spellings that sealing loses, sealed. sops ignores it and drops it when it rewrites the file. */
  readonly spelling: string;
  /** The whole tree as it stands in the file; undefined for a new document. */
  readonly tree: ReadonlyMap<string, Tree> | undefined;
}

/** The version that new documents claim: of the sops whose format this is. sops refuses files without a plausible one. */
const SOPS_VERSION = "3.13.3";
const SPELLING = "secrets_spelling";

/** The metadata of a new document, before its first sealing. */
export function newMetadata(groups: readonly KeyGroup[], threshold: number, settings: SelectionSettings): Metadata {
  return {
    groups,
    threshold,
    settings,
    lastModified: "",
    mac: "",
    version: SOPS_VERSION,
    spelling: "",
    tree: undefined,
  };
}

/**
 * Reads the metadata tree.
 * @throws SecretsError `malformed` saying which field is wrong.
 */
export function readMetadata(tree: Tree): Metadata {
  if (!isMapping(tree)) throw new SecretsError("malformed", "the sops metadata is not a mapping");
  const field = (name: string) => tree.get(fieldName(tree, name) ?? "");
  const text = (name: string) => asText(field(name), name);
  const lastModified = normalTimestamp(text("lastmodified"));
  const rules: Partial<Record<RuleName, string>> = {};
  for (const name of RULE_NAMES) rules[name] = text(name);
  return {
    groups: readGroups(tree),
    threshold: asInteger(field("shamir_threshold"), "shamir_threshold"),
    settings: selectionSettings(rules, asBoolean(field("mac_only_encrypted"), "mac_only_encrypted")),
    lastModified,
    mac: text("mac"),
    version: text("version"),
    spelling: text(SPELLING),
    tree,
  };
}

/** Parses and re-formats, as sops does before it uses it: no fraction, `Z` for no offset. */
function normalTimestamp(text: string): string {
  const [, local, zone] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  if (local === undefined || zone === undefined || Number.isNaN(Date.parse(`${local}Z`))) {
    throw new SecretsError("malformed", "lastmodified in the sops metadata is not an RFC 3339 timestamp");
  }
  return local + (/^[+-]00:00$/.test(zone) ? "Z" : zone);
}

function readGroups(tree: ReadonlyMap<string, Tree>): readonly KeyGroup[] {
  const limited = { at: undefined, code: "malformed" } as const;
  const top = readGroup(tree);
  if (!isEmptyGroup(top)) {
    atMost(top.age.length, ENTRIES, limited);
    return [top];
  }
  const written = asList(tree.get(fieldName(tree, "key_groups") ?? ""), "key_groups");
  atMost(written.length, GROUPS, limited);
  const groups = written.map((group) => {
    if (!isMapping(group)) throw new SecretsError("malformed", "a key group in the sops metadata is not a mapping");
    return readGroup(group);
  });
  atMost(groups.flatMap(({ age }) => age).length, ENTRIES, limited);
  if (groups.length === 0) throw new SecretsError("malformed", "the sops metadata names no keys");
  return groups;
}

function isEmptyGroup(group: KeyGroup): boolean {
  return group.age.length === 0 && group.others.size === 0;
}

function readGroup(tree: ReadonlyMap<string, Tree>): KeyGroup {
  const list = (name: string) => asList(tree.get(fieldName(tree, name) ?? ""), name);
  const others = foreignKinds.map(({ type }) => [type, list(type)] as const).filter(([, each]) => each.length > 0);
  return { age: list(age.type).map(readAgeEntry), others: new Map(others) };
}

function readAgeEntry(tree: Tree): AgeEntry {
  if (!isMapping(tree)) throw new SecretsError("malformed", "an age entry in the sops metadata is not a mapping");
  const text = (name: string) => asText(tree.get(fieldName(tree, name) ?? ""), `age ${name}`);
  const [recipient, enc] = [text("recipient").trim(), text("enc")];
  if (recipient === "" || enc === "") {
    throw new SecretsError("malformed", "an age entry in the sops metadata lacks its recipient or its enc");
  }
  return { recipient, enc, tree };
}

/** The metadata as a tree, ready to be printed: what it was read from with the fields that changed. */
export function metadataTree(metadata: Metadata): Tree {
  const fields = fieldsOf(metadata);
  const standing = metadata.tree;
  if (standing === undefined) return sorted(fields);
  const before = fieldsOf(readMetadata(standing));
  const result = new Map(standing);
  const wasSorted = isSorted([...standing.keys()]);
  for (const name of new Set([...before.keys(), ...fields.keys()])) {
    const [old, now] = [before.get(name), fields.get(name)];
    if (old !== undefined && now !== undefined && sameTree(old, now)) continue;
    const key = fieldName(standing, name) ?? name;
    if (now === undefined) result.delete(key);
    else result.set(key, now);
  }
  return wasSorted ? sorted(result) : result;
}

/** Whether two say the same, however they are spelled; fields that are not ours to understand do not count. */
export function sameMetadata(a: Metadata, b: Metadata): boolean {
  return sameTree(asTexts(sorted(fieldsOf(a))), asTexts(sorted(fieldsOf(b))));
}

/** Formats differ in whether a number is one or a text. */
function asTexts(tree: Tree): Tree {
  if (isList(tree)) return tree.map(asTexts);
  if (isMapping(tree)) return new Map([...tree].map(([key, value]) => [key, asTexts(value)]));
  return String(tree);
}

/** The metadata with these settings; where they select the same, nothing is rewritten. */
export function withSettings(metadata: Metadata, settings: SelectionSettings): Metadata {
  return sameSettings(metadata.settings, settings) ? metadata : { ...metadata, settings };
}

function sorted(fields: ReadonlyMap<string, Tree>): ReadonlyMap<string, Tree> {
  return new Map([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || (keys[index - 1] ?? "") < key);
}

/** The fields that carry something, as 3.13 writes them. */
function fieldsOf(metadata: Metadata): Map<string, Tree> {
  const { groups, threshold, settings, lastModified, mac, version, spelling } = metadata;
  const fields = new Map<string, Tree>([
    ["lastmodified", lastModified],
    ["mac", mac],
    ["version", version],
  ]);
  const [only, second] = groups;
  if (only !== undefined && second === undefined) {
    if (only.age.length > 0) fields.set(age.type, only.age.map(ageTree));
    for (const [type, entries] of only.others) fields.set(type, entries);
  } else {
    fields.set("key_groups", groups.map(groupTree));
  }
  if (settings.rule !== undefined) fields.set(settings.rule.name, settings.rule.value);
  if (settings.macOnlyEncrypted) fields.set("mac_only_encrypted", true);
  if (threshold !== 0) fields.set("shamir_threshold", threshold);
  if (spelling !== "") fields.set(SPELLING, spelling);
  return fields;
}

function ageTree(entry: AgeEntry): Tree {
  const fields: [string, Tree][] = [
    ["enc", entry.enc],
    ["recipient", entry.recipient],
  ];
  return entry.tree ?? new Map(fields);
}

function groupTree(group: KeyGroup): Tree {
  const always = entryKinds.filter(({ isAlwaysInGroup }) => isAlwaysInGroup).map(({ type }) => [type, []] as const);
  return sorted(new Map<string, Tree>([...always, [age.type, group.age.map(ageTree)], ...group.others]));
}

/**
 * Whether a tree is the metadata of an encrypted document: what `sops filestatus` asks. It needs no key.
 * @throws SecretsError `malformed` where it is broken.
 */
export function isEncrypted(tree: Tree | undefined): boolean {
  if (tree === undefined) return false;
  const metadata = readMetadata(tree);
  return metadata.mac !== "" && metadata.version !== "";
}
