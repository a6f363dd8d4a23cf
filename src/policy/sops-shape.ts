/**
 * Could stock sops decode this policy?
 *
 * go-yaml decodes into typed fields, and sops refuses the whole policy where one has another type, also in a part that we do
 * not use: a text in quotes is not a number and no bool, a list no text. Keys without a field are ignored. Pure.
 */
import { SecretsError } from "../errors.ts";
import type { EntryKind } from "../keys/entries/entry.ts";
import { entryKinds, foreignKinds } from "../keys/entries/index.ts";
import { SELECTION_SETTINGS } from "./rule-settings.ts";
import type { YamlNode, YamlText } from "./yaml-node.ts";
import { boolOf } from "./yaml-shape.ts";

/** What a field takes; null is the empty value of every one. */
type Shape = (node: YamlNode) => void;

const text = scalar("a string", () => true);
const bool = scalar("true or false", (node) => boolOf(node) !== undefined);
const whole = (least = -Infinity) =>
  scalar(
    least === -Infinity ? "a number without quotes" : `a number from ${least}, without quotes`,
    ({ type, text: digits }) => (type === "int" || type === "float") && !(Number(digits.replaceAll("_", "")) < least),
  );

const words = scalar("a string", ({ type }) => type === "str");
/** Where sops takes a text with commas or a list: it looks at the types itself, and more strictly. */
const wordOrWords: Shape = (node) => {
  if (node.kind !== "list") return words(node);
  for (const item of node.items) {
    if (item.kind === "empty") throw undecodable(item, "a string");
    words(item);
  }
};

const textFields = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, text]));

const group: Shape = struct(() => ({
  merge: list(group),
  ...Object.fromEntries(entryKinds.map(({ inGroup, groupFields }) => [inGroup, list(item(groupFields))])),
}));

function item(fields: EntryKind["groupFields"]): Shape {
  if (fields === undefined) return text;
  const shapes = { text, texts: mapping(text) };
  return struct(() => Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, shapes[type]])));
}

const rule = struct(() => ({
  ...textFields("path_regex", "aws_profile", ...SELECTION_SETTINGS),
  // What `age` takes is said where it is read.
  ...Object.fromEntries(
    foreignKinds.map(({ inRule, ruleTakes }) => [inRule, ruleTakes === "words" ? wordOrWords : list(text)]),
  ),
  key_groups: list(group),
  shamir_threshold: whole(),
  mac_only_encrypted: bool,
}));

const DESTINATION_TEXTS = [
  "path_regex",
  "s3_bucket",
  "s3_prefix",
  "gcs_bucket",
  "gcs_prefix",
  "vault_path",
  "vault_address",
  "vault_kv_mount_name",
];

const policy = struct(() => ({
  creation_rules: list(rule),
  destination_rules: list(
    struct(() => ({
      ...textFields(...DESTINATION_TEXTS),
      vault_kv_version: whole(),
      recreation_rule: rule,
      omit_extensions: bool,
    })),
  ),
  stores: struct(() => ({
    dotenv: struct(() => ({})),
    ini: struct(() => ({})),
    json: struct(() => ({ indent: whole(-1) })),
    json_binary: struct(() => ({ indent: whole(-1) })),
    yaml: struct(() => ({ indent: whole(0) })),
  })),
}));

/** @throws SecretsError `policy` at the first field that sops could not decode */
export function checkSopsShape(top: YamlNode): void {
  policy(top);
}

function scalar(what: string, takes: (node: YamlText) => boolean): Shape {
  return (node) => {
    if (node.kind !== "empty" && (node.kind !== "text" || !takes(node))) throw undecodable(node, what);
  };
}

function list(item: Shape): Shape {
  return (node) => {
    if (node.kind === "list") node.items.forEach(item);
    else if (node.kind !== "empty") throw undecodable(node, "a list");
  };
}

function mapping(value: Shape): Shape {
  return (node) => {
    if (node.kind === "mapping") for (const entry of node.entries) value(entry.value);
    else if (node.kind !== "empty") throw undecodable(node, "a mapping");
  };
}

/** @param fields Made on first use, since groups hold groups. */
function struct(fields: () => Readonly<Record<string, Shape>>): Shape {
  let known: ReadonlyMap<string, Shape> | undefined;
  // What is anchored can be reached many times over: each mapping is looked at once.
  const seen = new WeakSet<object>();
  return (node) => {
    if (node.kind === "empty") return;
    if (node.kind !== "mapping") throw undecodable(node, "a mapping");
    if (seen.has(node.entries)) return;
    seen.add(node.entries);
    known ??= new Map(Object.entries(fields()));
    for (const { key, value } of node.entries) known.get(key)?.(value);
  };
}

function undecodable(node: YamlNode, what: string): SecretsError {
  return new SecretsError("policy", `sops cannot read this: expected ${what} here`, { at: node.at });
}
