/**
 * Which fields of this metadata does no sops write?
 *
 * sops reads past what it does not know and drops it when it writes, so whatever stands there is unencrypted and covered by
 * nothing.
 */
import { RULE_NAMES } from "../../documents/sops/selection.ts";
import type { Tree } from "../../formats/format.ts";
import { entryKinds } from "../../keys/entries/index.ts";
import { isList, isMapping } from "../../formats/tree.ts";

type Fields = ReadonlyMap<string, Fields | undefined>;

/** Fields with nothing below them that is known by name. */
function plain(...names: readonly string[]): Fields {
  return new Map(names.map((name) => [name, undefined]));
}

const GROUP = entryKinds.map(({ type, fields }) => [type, plain(...fields)] as const);

const FIELDS: Fields = new Map<string, Fields | undefined>([
  ...plain(...RULE_NAMES, "lastmodified", "mac", "mac_only_encrypted", "shamir_threshold", "version"),
  // Ours, and what the first versions of sops wrote.
  ...plain("secrets_spelling", "attention"),
  ...GROUP,
  ["key_groups", new Map(GROUP)],
]);

/** The ways to them, each as far as it is known and one step more. */
export function unknownFields(metadata: ReadonlyMap<string, Tree>): string[][] {
  return unknownIn(metadata, FIELDS);
}

function unknownIn(tree: Tree, fields: Fields): string[][] {
  if (isList(tree)) return tree.flatMap((item, index) => prefixed(String(index), unknownIn(item, fields)));
  if (!isMapping(tree)) return [];
  return [...tree].flatMap(([key, value]) => {
    const name = key.toLowerCase();
    if (!fields.has(name)) return [[key]];
    const below = fields.get(name);
    return below === undefined ? [] : prefixed(key, unknownIn(value, below));
  });
}

function prefixed(step: string, ways: readonly string[][]): string[][] {
  return ways.map((way) => [step, ...way]);
}
