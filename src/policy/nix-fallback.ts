/**
 * What does Nix itself make of rules that only it can evaluate?
 *
 * One call for all rules. It sees the repository and the NIX_PATH, fetches nothing and builds nothing. Pure.
 */
import { SecretsError } from "../errors.ts";
import { NixError } from "../nix/source.ts";

/** As the expression below gives them. */
export interface NixRule {
  readonly name: string;
  readonly at: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly keys: readonly string[];
  readonly armor: boolean;
}

/** Whether our own evaluation met something that only Nix can do. */
export function isBeyondUs(error: unknown): boolean {
  return error instanceof SecretsError && error.cause instanceof NixError && error.cause.fault === "unsupported";
}

/** For all rules of the file at this absolute path. */
export function expressionFor(path: string): string {
  return `
    let
      all = import ${nixText(path)};
      isRule = name: let rule = builtins.tryEval all.\${name}; in rule.success && builtins.isAttrs rule.value && rule.value ? publicKeys;
      rule = name: {
        inherit name;
        at = builtins.unsafeGetAttrPos name all;
        keys = all.\${name}.publicKeys;
        armor = all.\${name}.armor or false;
      };
    in
    if builtins.isAttrs all then map rule (builtins.filter isRule (builtins.attrNames all)) else null
  `;
}

/** A string of Nix that means this text. */
export function nixText(text: string): string {
  return `"${text.replaceAll(/["\\]|\$\{/g, String.raw`\$&`)}"`;
}

/** Undefined where it is not a set of rules. @throws SecretsError `policy` */
export function readAnswer(text: string): readonly NixRule[] | undefined {
  const answer: unknown = JSON.parse(text);
  if (answer === null) return undefined;
  if (Array.isArray(answer) && answer.every(isRule)) return answer;
  throw new SecretsError("policy", "publicKeys must be a list of strings, and armor true or false");
}

function isRule(value: unknown): value is NixRule {
  if (typeof value !== "object" || value === null || !("keys" in value) || !("armor" in value)) return false;
  const { keys, armor } = value;
  return Array.isArray(keys) && keys.every((key) => typeof key === "string") && typeof armor === "boolean";
}
