/**
 * Is this value a secret, or does it say where one comes from?
 *
 * Variables, expressions of CI systems, actions of templates, and the addresses of secrets that other tools put in. Only a
 * value that is nothing else counts; an unencrypted default inside one is a value.
 */

/** A variable as shells, Flux and Kubernetes write it: with a message, an empty default, a part or another case, but with no value of its own. */
const VARIABLE =
  /\$\{[A-Za-z_][\w.]*(?::?\?[^{}]*|:?[-=]|:\d+(?::\d+)?|[/#%][^{}]*|\^\^?|,,?)?\}|\$\([A-Za-z_][\w.-]*\)/g;
/** What joins variables to an address or a name, and is not a secret. */
const WORTH_HIDING = /[A-Za-z0-9]{6}/;

const REFERENCES: readonly RegExp[] = [
  // Of Argo CD: its environment, a key of its own secret, the plugin for vaults.
  /^\$(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|[a-z][\w-]*\.[\w.-]+)$/,
  /^<[A-Za-z][\w .|/#-]*>$/,
  // argocd-vault-plugin, vals, 1Password, bank-vaults.
  /^<path:[^<>]+>$/,
  /^(?:secret)?ref\+[a-z0-9]+:\/\/\S+$/,
  /^op:\/\/\S+$/,
  /^vault:[\w./-]+#\S+$/,
];

const ACTIONS = /^(?:\s*\$?\{\{[^{}]*\}\})+\s*$/;
/** What gives a value where another is missing. */
const DEFAULT = /\b(?:default|coalesce|ternary)\b|\|\|/;

/** Whether the whole text is a reference to a value that stands elsewhere. */
export function isReference(text: string): boolean {
  const whole = text.trim();
  if (REFERENCES.some((pattern) => pattern.test(whole))) return true;
  const rest = whole.replaceAll(VARIABLE, " ");
  if (rest !== whole && !WORTH_HIDING.test(rest)) return true;
  // What is quoted and empty is not a default.
  return (
    ACTIONS.test(whole) &&
    !whole
      .replaceAll(/""|''|``/g, "")
      .split("{{")
      .some(holdsText)
  );
}

/** Whether a text in quotes is more than the name of a template or a key: where the action begins, or behind a default. */
function holdsText(action: string): boolean {
  if (/^-?\s*["'`][^"'`]/.test(action)) return true;
  const at = action.search(DEFAULT);
  return at !== -1 && /["'`][^"'`]/.test(action.slice(at));
}

/** Stands in the place of an action, so that the rest parses. Nobody knows it before, so no file has it. */
const ACTION = `ACTION_${crypto.randomUUID()}`;

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
  return actionsReplaced(withoutBracesInComments(text))
    .split("\n")
    .map((line) => {
      const last = line.lastIndexOf(ACTION);
      if (last === -1) return line;
      if (line.replaceAll(ACTION, "").replaceAll(/[\s-]/g, "") === "") return "";
      // What follows a key is one value, whatever quotes and brackets are in it.
      const key = /^\s*(?:- )?[^\s:"'{[#]+:\s+/.exec(line)?.[0] ?? "";
      return key !== "" && key.length <= last ? key + ACTION : line;
    })
    .join("\n");
}

/** With the line breaks that are in the actions. What is begun and never ended is not an action. */
function actionsReplaced(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf("{{"); at !== -1; at = text.indexOf("{{", from)) {
    const end = text.indexOf("}}", at + 2);
    if (end === -1) break;
    const before = text.slice(from, at);
    const breaks = text.slice(at, end).split("\n").length - 1;
    parts.push(before.endsWith("$") ? before.slice(0, -1) : before, ACTION, "\n".repeat(breaks));
    from = end + 2;
  }
  return parts.join("") + text.slice(from);
}

/** What a comment says in braces is not an action, and does not begin one that ends far below. */
function withoutBracesInComments(text: string): string {
  return text.replaceAll(/(?:^|[ \t])(?:#|\/\/).*$/gm, (comment) => comment.replaceAll("{{", "  "));
}
