/**
 * Is this node of the shape that the policy needs here?
 *
 * Every mismatch is a `policy` error at the node, with an example line as hint. Pure.
 */
import { SecretsError } from "../errors.ts";
import { nearest } from "../words/did-you-mean.ts";
import type { YamlEntry, YamlMapping, YamlNode, YamlText } from "./yaml-node.ts";

/** What a place in the policy takes: how to call it, what it must be, and a line that would be right. */
export interface Wanted {
  readonly what: string;
  readonly example: string;
}

/** Empty counts as a mapping without entries. @throws SecretsError `policy`. */
export function entriesOf(node: YamlNode | undefined, wanted: Wanted): readonly YamlEntry[] {
  if (node === undefined || node.kind === "empty") return [];
  if (node.kind !== "mapping") throw mismatch(node, "a mapping", wanted);
  return node.entries;
}

/** Empty counts as a list without items. @throws SecretsError `policy`. */
export function itemsOf(node: YamlNode | undefined, wanted: Wanted): readonly YamlNode[] {
  if (node === undefined || node.kind === "empty") return [];
  if (node.kind !== "list") throw mismatch(node, "a list", wanted);
  return node.items;
}

/** Undefined where nothing, or only "", stands. @throws SecretsError `policy`. */
export function textOf(node: YamlNode | undefined, wanted: Wanted): string | undefined {
  if (node === undefined || node.kind === "empty") return undefined;
  if (node.kind !== "text") throw mismatch(node, "a string", wanted);
  return node.text === "" ? undefined : node.text;
}

/** One text that must be there. @throws SecretsError `policy`. */
export function filledText(node: YamlNode, wanted: Wanted): YamlText {
  if (node.kind !== "text" || node.text.trim() === "") throw mismatch(node, "a string", wanted);
  return node;
}

/** @throws SecretsError `policy`. */
export function booleanOf(node: YamlNode | undefined, what: string): boolean | undefined {
  const text = textOf(node, { what, example: `${what}: true` });
  if (node?.kind !== "text" || text === undefined) return undefined;
  const value = boolOf(node);
  if (value !== undefined) return value;
  throw new SecretsError("policy", `${what} must be true or false`, { at: node.at, hint: `write ${what}: true` });
}

/** What go-yaml takes for a Go bool: besides its own, the words of YAML 1.1, these even in quotes. */
export function boolOf({ type, text }: YamlText): boolean | undefined {
  if (type === "bool") return text.toLowerCase() === "true";
  if (/^(?:y|Y|yes|Yes|YES|on|On|ON)$/.test(text)) return true;
  return /^(?:n|N|no|No|NO|off|Off|OFF)$/.test(text) ? false : undefined;
}

export function valueOf(mapping: YamlMapping, key: string): YamlNode | undefined {
  return mapping.entries.find((entry) => entry.key === key)?.value;
}

/**
 * Refuses keys that look like a slip of a known one. sops ignores unknown keys, and people keep notes and anchors under
 * them, so any other unknown key passes unless `strict`.
 * @throws SecretsError `policy`.
 */
export function checkKeys(entries: readonly YamlEntry[], known: readonly string[], strict = false): void {
  for (const { key, at } of entries) {
    if (known.includes(key)) continue;
    const near = nearest(key.replaceAll("-", "_"), known);
    if (near === undefined && !strict) continue;
    const hint = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
    throw new SecretsError("policy", `unknown key ${quoted(key)}`, { at, hint });
  }
}

/** A name as it may be shown: nothing that could be key text, private or not. */
export function quoted(text: string): string {
  return /^[^\s,]{1,48}$/.test(text) && !/^AGE-/i.test(text) ? `"${text}"` : "(not shown)";
}

function mismatch(node: YamlNode, needed: string, wanted: Wanted): SecretsError {
  const found = { empty: "nothing", text: "a string", list: "a list", mapping: "a mapping" }[node.kind];
  return new SecretsError(
    "policy",
    `${wanted.what} must be ${needed}, not ${found === needed ? "an empty one" : found}`,
    {
      at: node.at,
      hint: `write for example ${wanted.example}`,
    },
  );
}
