/**
 * Is this value a secret, or does it say where one comes from?
 *
 * Variables, expressions of CI systems, actions of templates, and the addresses of secrets that other tools put in. Only a
 * value that is nothing else counts; a default in clear inside of one is a value.
 */

const REFERENCES: readonly RegExp[] = [
  // A variable, also with a message or an empty default.
  /^\$\{[A-Za-z_][\w.]*(?::?\?[^{}]*|:?-)?\}$/,
  /^\$\([A-Za-z_][\w.-]*\)$/,
  // argocd-vault-plugin, vals, 1Password, bank-vaults.
  /^<path:[^<>]+>$/,
  /^(?:secret)?ref\+[a-z0-9]+:\/\/\S+$/,
  /^op:\/\/\S+$/,
  /^vault:[\w./-]+#\S+$/,
];

const ACTIONS = /^(?:\s*\$?\{\{[^{}]*\}\})+\s*$/;
/** A text in quotes that is not the name of a template or a key: where the action begins, or behind what gives a default. */
const LITERAL = /\{\{-?\s*["'`][^"'`]|(?:\b(?:default|coalesce|ternary)\b|\|\|)[^{}]*?["'`][^"'`]/;

/** Whether the whole text is a reference to a value that stands elsewhere. */
export function isReference(text: string): boolean {
  const whole = text.trim();
  if (REFERENCES.some((pattern) => pattern.test(whole))) return true;
  // What is quoted and empty is no default.
  return ACTIONS.test(whole) && !LITERAL.test(whole.replaceAll(/""|''|``/g, ""));
}

/** Stands in the place of an action, so that the rest parses. */
const ACTION = "__ACTION__";

/** Whether actions of a template stand in this text, outside of its comments. */
export function hasActions(text: string): boolean {
  return text.includes("{{") && withoutBracesInComments(text).includes("{{");
}

/** Whether `withoutActions` took an action out of this value: what it will be, nobody knows. */
export function hadAction(text: string): boolean {
  return text.includes(ACTION);
}

/** The text of a template with its actions out of the way, line for line: it parses if the file is more than actions. */
export function withoutActions(text: string): string {
  return withoutBracesInComments(text)
    .replaceAll(/\$?\{\{[^]*?\}\}/g, (action) => ACTION + "\n".repeat(action.split("\n").length - 1))
    .split("\n")
    .map((line) => {
      if (!line.includes(ACTION)) return line;
      if (line.replaceAll(ACTION, "").replaceAll(/[\s-]/g, "") === "") return "";
      // What follows a key is one value, whatever quotes and brackets are in it.
      return line.replace(/^(\s*(?:- )?[^\s:"'{[#]+:\s+)(?=.*__ACTION__).*$/, `$1${ACTION}`);
    })
    .join("\n");
}

/** What a comment says in braces is no action, and does not begin one that ends far below. */
function withoutBracesInComments(text: string): string {
  return text.replaceAll(/(?:^|[ \t])(?:#|\/\/).*$/gm, (comment) => comment.replaceAll("{{", "  "));
}
