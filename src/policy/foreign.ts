/**
 * Which keys that only sops can use does this rule, or this key group, name?
 *
 * What they are is said in `keys/entries/`; here are the places where the policy lists them. Pure.
 */
import { foreignKinds } from "../keys/entries/index.ts";
import type { Fields, ForeignKey, ForeignKind } from "../keys/entries/entry.ts";
import type { YamlMapping, YamlNode } from "./yaml-node.ts";
import { valueOf } from "./yaml-shape.ts";

type Place = "inRule" | "inGroup";

/** In the order of the registry, each once. */
export function foreignKeys(mapping: YamlMapping, place: Place): ForeignKey[] {
  const keys = foreignKinds.flatMap((kind) => keysIn(valueOf(mapping, kind[place]), kind));
  return distinctKeys(keys);
}

export function distinctKeys(keys: readonly ForeignKey[]): ForeignKey[] {
  return [...new Map(keys.map((key) => [`${key.type} ${key.id}`, key])).values()];
}

/** A text is split at its commas, also in a list: sops joins lists before it splits them. */
function keysIn(node: YamlNode | undefined, kind: ForeignKind): ForeignKey[] {
  switch (node?.kind) {
    case "list":
      return node.items.flatMap((item) => keysIn(item, kind));
    case "mapping":
      return [kind.fromGroup(fieldsOf(node))];
    case "text": {
      const parts = node.text.split(",").map((part) => part.trim());
      return parts.filter((part) => part !== "").map((part) => kind.fromText(part));
    }
    case "empty":
    case undefined:
      return [];
  }
}

function fieldsOf(mapping: YamlMapping): Fields {
  const text = (from: YamlMapping, name: string) => {
    const value = valueOf(from, name);
    return value?.kind === "text" ? value.text.trim() : "";
  };
  return {
    text: (name) => text(mapping, name),
    texts: (name) => {
      const value = valueOf(mapping, name);
      return new Map(value?.kind === "mapping" ? value.entries.map(({ key }) => [key, text(value, key)]) : []);
    },
  };
}
