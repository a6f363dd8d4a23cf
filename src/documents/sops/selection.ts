/**
 * Does the rule of this document want the value at this path encrypted?
 *
 * sops.md section 4. Regular expressions are Go RE2 and run on re2js, loaded only where there is one. Stock sops takes an
 * invalid one for "matches nothing" and so encrypts nothing; here it is an error.
 */
import { SecretsError } from "../../errors.ts";
import { atMost, PATTERN, patternWeight } from "../../limits.ts";

export type RuleName =
  | "unencrypted_suffix"
  | "encrypted_suffix"
  | "unencrypted_regex"
  | "encrypted_regex"
  | "unencrypted_comment_regex"
  | "encrypted_comment_regex";

/** The settings of sops that exclude one another, in the order of sops.md section 4. */
export const RULE_NAMES: readonly RuleName[] = [
  "unencrypted_suffix",
  "encrypted_suffix",
  "unencrypted_regex",
  "encrypted_regex",
  "unencrypted_comment_regex",
  "encrypted_comment_regex",
];

/** What a document or a rule says of its selection. No rule means `DEFAULT_RULE`. */
export interface SelectionSettings {
  readonly rule: { readonly name: RuleName; readonly value: string } | undefined;
  /** Whether the MAC covers the sealed values only. */
  readonly macOnlyEncrypted: boolean;
}

/** What sops assumes, and writes, where nothing is said. */
export const DEFAULT_RULE = { name: "unencrypted_suffix", value: "_unencrypted" } as const;

export const DEFAULT_SETTINGS: SelectionSettings = { rule: DEFAULT_RULE, macOnlyEncrypted: false };

/** The settings compiled: `path` holds the mapping keys from the root (of a comment: of its container). */
export type SelectsPath = (path: readonly string[]) => boolean;

/**
 * The settings of these fields; empty texts count as absent.
 * @throws SecretsError `malformed` where more than one rule is given.
 */
export function selectionSettings(
  fields: Partial<Record<RuleName, string>>,
  macOnlyEncrypted: boolean,
): SelectionSettings {
  const rules = RULE_NAMES.map((name) => ({ name, value: fields[name] ?? "" })).filter(({ value }) => value !== "");
  const [rule, second] = rules;
  if (rule !== undefined && second !== undefined) {
    throw new SecretsError("malformed", `${rule.name} and ${second.name} exclude one another`);
  }
  return { rule, macOnlyEncrypted };
}

/** Whether two settings select the same; an absent rule is the default one. */
export function sameSettings(a: SelectionSettings, b: SelectionSettings): boolean {
  const [left, right] = [a.rule ?? DEFAULT_RULE, b.rule ?? DEFAULT_RULE];
  return left.name === right.name && left.value === right.value && a.macOnlyEncrypted === b.macOnlyEncrypted;
}

/**
 * Compiles the rule.
 * @throws SecretsError `malformed` for an invalid regular expression, `refused` for the two comment rules.
 */
export async function compileSelection(settings: SelectionSettings): Promise<SelectsPath> {
  const { name, value } = settings.rule ?? DEFAULT_RULE;
  const matches = remembered(await elementTest(name, value));
  const encrypts = name === "encrypted_suffix" || name === "encrypted_regex";
  return (path) => path.some(matches) === encrypts;
}

/** The same; undefined for a rule that nobody here can go by. */
export async function usableSelection(settings: SelectionSettings): Promise<SelectsPath | undefined> {
  try {
    return await compileSelection(settings);
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

async function elementTest(name: RuleName, value: string): Promise<(element: string) => boolean> {
  switch (name) {
    case "unencrypted_suffix":
    case "encrypted_suffix":
      return (element) => element.endsWith(value);
    case "unencrypted_regex":
    case "encrypted_regex":
      return regexTest(name, value);
    case "unencrypted_comment_regex":
    case "encrypted_comment_regex":
    default:
      throw new SecretsError("refused", `${name} is not supported: which values it covers depends on comments`);
  }
}

/** Expressions that were compiled: a repository has a few, in thousands of files and versions. */
const compiled = new Map<string, (text: string) => boolean>();
const MOST_COMPILED = 100;

/** Whether a regular expression of sops finds something in a text. @throws SecretsError `malformed` */
export async function regexTest(name: RuleName, value: string): Promise<(text: string) => boolean> {
  const before = compiled.get(value);
  if (before !== undefined) return before;
  atMost(patternWeight(value), PATTERN, { at: undefined, code: "malformed" });
  const { RE2JS } = await import("re2js");
  try {
    const pattern = RE2JS.compile(value);
    const test = (text: string) => pattern.matcher(text).find();
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(value, test);
    return test;
  } catch {
    throw new SecretsError("malformed", `${name} is not a valid regular expression`);
  }
}

/** The same keys come thousands of times. */
function remembered(test: (element: string) => boolean): (element: string) => boolean {
  const known = new Map<string, boolean>();
  return (element) => {
    const before = known.get(element);
    if (before !== undefined) return before;
    const result = test(element);
    known.set(element, result);
    return result;
  };
}
