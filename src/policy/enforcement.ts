/**
 * Does this path have to be encrypted because a rule matches it?
 *
 * A creation rule of sops is a permission: in a third of real repositories one of them matches every file. So a rule with a
 * narrow expression obliges, a broad one only where the content is sensitive, and `enforce` in the rule says it outright.
 * A path under `secrets:` always obliges. Some names are never meant, unless a rule says so outright. Pure.
 */
import type { CreationRule, Enforcement, Policy, Ruling } from "./policy.ts";

/** Files that every repository has unencrypted: who matches one of them takes more than secrets. */
const ORDINARY = ["README.md", "package.json", "src/a.yaml", ".github/workflows/ci.yml"];

/** Whether the rule also takes what is certainly no secret. */
export function isBroad(rule: Pick<CreationRule, "matches">): boolean {
  return ORDINARY.some((path) => rule.matches(path));
}

/** Answers per ruling, each rule being tried against the ordinary paths once. */
export function enforcementOf(policy: Policy): (ruling: Ruling) => Enforcement {
  const known = new Map<string, Enforcement>();
  return (ruling) => {
    if (ruling.kind === "secrets") return "always";
    if (ruling.settings.enforce !== undefined) return ruling.settings.enforce;
    const key = `${ruling.at.line ?? 0}:${ruling.at.column ?? 0}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const rule = policy.creationRules.find(({ at }) => at.line === ruling.at.line && at.column === ruling.at.column);
    const found = rule === undefined || isBroad(rule) ? "when-sensitive" : "always";
    known.set(key, found);
    return found;
  };
}

const SPEAKS = /secret|sops|vault|credential|passw|private|\benc/i;

/**
 * Whether the rule takes every file of several formats that lies beside this one, and nothing in it speaks of secrets: in
 * such a directory are inputs of builds too, which break if they are encrypted. What is said outright holds.
 */
export function takesAnyFile({ policy, ruling }: { readonly policy: Policy; readonly ruling: Ruling }): boolean {
  if (ruling.kind === "secrets" || ruling.settings.enforce !== undefined) return false;
  if (SPEAKS.test(ruling.title) || SPEAKS.test(ruling.path)) return false;
  const rule = policy.creationRules.find(({ at }) => at.line === ruling.at.line && at.column === ruling.at.column);
  const directory = ruling.path.slice(0, ruling.path.lastIndexOf("/") + 1);
  const takes = (ending: string) => rule?.matches(`${directory}flake-input.${ending}`) ?? false;
  return takes("json") && (takes("yaml") || takes("yml")) && !takes("bin");
}

/** What git and this program read to know what is a secret: nobody could, if it were sealed. */
const READ_IN_CLEAR = /(?:^|\/)(?:\.sops\.ya?ml|\.secrets-check\.yaml|\.gitignore|\.gitattributes)$/;

/** Names of files, without directories, that are never secrets unless a rule says so outright: what describes, what shows by example. */
const EXEMPT = new RegExp(
  String.raw`^(?:${[
    String.raw`\.gitkeep|\.keep|\.editorconfig|CODEOWNERS`,
    String.raw`(?:README|LICEN[CS]E|COPYING|CHANGELOG|NOTICE)(?:-[\w]+)?(?:\.(?:md|markdown|txt|rst|adoc|html?|pdf))?`,
    String.raw`[^/]*\.(?:md|mdx|markdown|rst|adoc|nix|pub|crt|schema\.(?:json|ya?ml))`,
    String.raw`[^/]*\.(?:example|sample|template|tmpl|tpl|gotmpl|j2|jinja2?|erb|hbs|mustache|ejs|dist)`,
    String.raw`(?:[^/]*\.)?(?:example|sample|template)\.[^/]+`,
  ].join("|")})$`,
  "i",
);

/** Where a repository shows what things look like. */
const SHOWN = /(?:^|\/)(?:docs?|examples?)\//;

/**
 * Whether a file of this name stays unencrypted under this rule.
 * @param path POSIX.
 * @param enforcement what `enforcementOf` says of the rule.
 */
export function isExempt(
  path: string,
  { ruling, enforcement }: { readonly ruling: Pick<Ruling, "kind" | "settings">; readonly enforcement: Enforcement },
): boolean {
  if (ruling.kind === "secrets") return false;
  if (READ_IN_CLEAR.test(path)) return true;
  if (ruling.settings.enforce === "always") return false;
  return isShownByName(path) || (enforcement === "when-sensitive" && SHOWN.test(path));
}

function isShownByName(path: string): boolean {
  return EXEMPT.test(path.slice(path.lastIndexOf("/") + 1));
}

/** Whether a file of this path describes something or shows it by example, whatever the policy says. @param path POSIX. */
export function isExample(path: string): boolean {
  return isShownByName(path) || SHOWN.test(path);
}
