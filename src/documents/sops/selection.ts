/**
 * Does the rule of this document want this value or comment encrypted?
 *
 * sops.md section 4: by its path, or by the comments that count for it. The comment that makes a rule apply stays readable itself.
 * Regular expressions are Go RE2 and run on re2js, loaded only where there is one. Stock sops takes an invalid one for "matches
 * nothing" and so encrypts nothing; here it is an error.
 */
import { expected, SecretsError } from "../../errors.ts";
import type { Comments, Selects } from "../../formats/format.ts";
import { staysClear, textOfScalar } from "../../formats/scalar.ts";
import { atMost, PATTERN, patternWeight } from "../../limits.ts";

export type RuleName =
  | "unencrypted_suffix"
  | "encrypted_suffix"
  | "unencrypted_regex"
  | "encrypted_regex"
  | "unencrypted_comment_regex"
  | "encrypted_comment_regex";

/** The settings of sops that cannot be combined, in the order of sops.md section 4. */
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

/** A rule that goes by paths: `path` holds the mapping keys from the root (of a comment: of its container). */
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
    throw new SecretsError("malformed", `${rule.name} and ${second.name} cannot be combined`);
  }
  return { rule, macOnlyEncrypted };
}

/** Whether two settings select the same; an absent rule is the default one. */
export function sameSettings(a: SelectionSettings, b: SelectionSettings): boolean {
  const [left, right] = [a.rule ?? DEFAULT_RULE, b.rule ?? DEFAULT_RULE];
  return left.name === right.name && left.value === right.value && a.macOnlyEncrypted === b.macOnlyEncrypted;
}

/**
 * Compiles the rule: whether a leaf is to be sealed. What is null or empty never is.
 * @throws SecretsError `malformed` for an invalid regular expression.
 */
export async function compileSelection(settings: SelectionSettings): Promise<Selects> {
  const { name, value } = settings.rule ?? DEFAULT_RULE;
  const encrypts = name.startsWith("encrypted_");
  if (!isByComments(name)) {
    const matches = await elementTest(name, value);
    return ({ scalar, path }) => !staysClear(scalar) && path.some(matches) === encrypts;
  }
  const says = await regexTest(name, value);
  const counts = anyOf(says);
  return ({ kind, scalar, above }) => {
    if (staysClear(scalar)) return false;
    const isMarked = counts(above) || (kind === "comment" && !encrypts && says(textOfScalar(scalar) ?? ""));
    return isMarked === encrypts;
  };
}

/** The same; undefined for a broken rule. */
export async function usableSelection(settings: SelectionSettings): Promise<Selects | undefined> {
  return compileSelection(settings).catch((error: unknown) => void expected(error));
}

/** What a rule says of names alone; undefined for one that is broken or goes by comments. */
export async function pathSelection({ rule = DEFAULT_RULE }: SelectionSettings): Promise<SelectsPath | undefined> {
  if (isByComments(rule.name)) return undefined;
  const matches = await elementTest(rule.name, rule.value).catch((error: unknown) => void expected(error));
  return matches && ((path) => path.some(matches) === rule.name.startsWith("encrypted_"));
}

function isByComments(name: RuleName): boolean {
  return name.endsWith("_comment_regex");
}

/** The same keys come thousands of times. */
async function elementTest(name: RuleName, value: string): Promise<(element: string) => boolean> {
  const test = name.endsWith("_regex") ? await regexTest(name, value) : (element: string) => element.endsWith(value);
  const known = new Map<string, boolean>();
  return (element) => {
    const before = known.get(element);
    if (before !== undefined) return before;
    const result = test(element);
    known.set(element, result);
    return result;
  };
}

/** Whether one of these comments is said to match, each asked once. */
function anyOf(says: (text: string) => boolean): (comments: Comments | undefined) => boolean {
  const known = new WeakMap<Comments, boolean>();
  return (comments) => {
    const asked: Comments[] = [];
    let at = comments;
    while (at !== undefined && !known.has(at)) {
      asked.push(at);
      at = at.before;
    }
    let result = at !== undefined && known.get(at) === true;
    for (const each of asked.toReversed()) {
      result ||= says(each.text);
      known.set(each, result);
    }
    return result;
  };
}

/** Expressions that were compiled: a repository has a few, in thousands of files and versions. */
const compiled = new Map<string, (text: string) => boolean>();
const MOST_COMPILED = 100;

/** Whether a regular expression of sops finds something in a text. @throws SecretsError `malformed` */
async function regexTest(name: RuleName, value: string): Promise<(text: string) => boolean> {
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
