/**
 * Which leaves does this creation rule encrypt, and what must be written only once to be believed?
 *
 * The settings of a `creation_rules` entry that say nothing of readers, as in sops (its documentation, "Encrypting only parts
 * of a file"), with one difference: sops takes a broken expression for one that never matches. Pure.
 */
import { SecretsError } from "../errors.ts";
import { compilePattern } from "./path-regex.ts";
import type { Enforcement, Selection, SelectionSetting } from "./policy.ts";
import type { YamlMapping, YamlNode } from "./yaml-node.ts";
import { quoted, textOf } from "./yaml-shape.ts";

export const SELECTION_SETTINGS: readonly SelectionSetting[] = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
];

/** @throws SecretsError `policy`: two of the six settings, or an expression that is not RE2. */
export async function readSelection(rule: YamlMapping): Promise<Selection | undefined> {
  let selection: Selection | undefined;
  for (const { key, at, value } of rule.entries) {
    const kind = SELECTION_SETTINGS.find((known) => known === key);
    if (kind === undefined) continue;
    const text = textOf(value, {
      what: kind,
      example: kind.endsWith("regex") ? `${kind}: ^data$` : `${kind}: _secret`,
    });
    if (text === undefined) continue;
    if (selection !== undefined) {
      throw new SecretsError("policy", `${selection.kind} and ${kind} cannot be combined`, {
        at,
        hint: "keep one of them; sops takes at most one per rule",
      });
    }
    if (kind.endsWith("_regex")) await compilePattern(text, kind, value.at);
    selection = { kind, value: text };
  }
  return selection;
}

/**
 * @param groups How many `key_groups` the rule has; sops ignores a threshold where there is one or none.
 * @returns Undefined where none is written; sops takes 0 for none.
 * @throws SecretsError `policy`: not a number, or one that these groups can never or always reach.
 */
export function readThreshold(node: YamlNode | undefined, groups: number): number | undefined {
  const text = textOf(node, { what: "shamir_threshold", example: "shamir_threshold: 2" });
  if (node === undefined || text === undefined || text === "0") return undefined;
  const threshold = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
  if (threshold === undefined) {
    throw new SecretsError("policy", "shamir_threshold must be a whole number", {
      at: node.at,
      hint: "write for example shamir_threshold: 2",
    });
  }
  if (groups >= 2 && (threshold < 2 || threshold > groups)) {
    throw new SecretsError("policy", `shamir_threshold ${threshold} does not fit ${groups} key groups`, {
      at: node.at,
      hint: `write a number from 2 to ${groups}`,
    });
  }
  return threshold;
}

const ENFORCEMENTS: readonly Enforcement[] = ["always", "when-sensitive", "never"];

/**
 * Our own setting, which stock sops ignores.
 * @returns Undefined where none is written.
 * @throws SecretsError `policy`: none of the three words.
 */
export function readEnforce(node: YamlNode | undefined): Enforcement | undefined {
  const text = textOf(node, { what: "enforce", example: "enforce: always" });
  if (node === undefined || text === undefined) return undefined;
  const found = ENFORCEMENTS.find((known) => known === text);
  if (found !== undefined) return found;
  throw new SecretsError("policy", `unknown value ${quoted(text)} for enforce`, {
    at: node.at,
    hint: `write one of ${ENFORCEMENTS.join(", ")}`,
  });
}
