/**
 * By how many blanks does stock sops indent what it prints?
 *
 * Its `stores`, of which these three have an indentation (sops.md section 5). Their types are checked in `sops-shape.ts`. Pure.
 */
import type { FormatName } from "../formats/index.ts";
import type { YamlMapping, YamlNode } from "./yaml-node.ts";
import { valueOf } from "./yaml-shape.ts";

const STORES: readonly (readonly [store: string, FormatName])[] = [
  ["yaml", "yaml"],
  ["json", "json"],
  ["json_binary", "binary"],
];

/** Of the formats for which one is written. */
export function readIndents(top: YamlMapping): ReadonlyMap<FormatName, number> {
  const stores = valueOf(top, "stores");
  return new Map(
    STORES.flatMap(([store, format]) => {
      const indent = within(within(stores, store), "indent");
      return indent?.kind === "text" ? [[format, Number(indent.text.replaceAll("_", ""))] as const] : [];
    }),
  );
}

function within(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === "mapping" ? valueOf(node, key) : undefined;
}
