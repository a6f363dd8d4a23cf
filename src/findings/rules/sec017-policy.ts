/** SEC017: does the policy say what was probably meant? */
import { posix } from "node:path";
import { isBroad } from "../../policy/enforcement.ts";
import { idleMembers, type IdleMember } from "../../policy/idle.ts";
import { hasRules, type CreationRule, type Policy } from "../../policy/policy.ts";
import { isMisnamedPolicy, properName } from "../../policy/sources/index.ts";
import type { AbsentSecret, Draft, Rule } from "../finding.ts";
import { namesNobody } from "../reading/readers.ts";

export const sec017: Rule = {
  id: "SEC017",
  title: "broken or doubtful policy",
  severity: "error",
  explanation: {
    what: [
      "The policy is broken: an unknown name, a bad expression, an unusable key, a rule without a key.",
      "Or it is probably not what was meant: a rule that no path reaches, an unescaped dot, a duplicate recipient,",
      "an age list that differs from readers, production secrets with one reader, a .sops.yml.",
    ],
    why: ["A rule decides who reads. No file shows that it is wrong."],
    fix: [
      "As each finding says. secrets policy compile writes the age lists from readers.",
      "secrets who PATH shows which rule a path gets.",
    ],
    limits: [
      "Only policies in the repository. A last rule without path_regex is fine.",
      "Paths under `secrets:` without a file are reported for the whole working tree only.",
    ],
  },
  policy: ({ path, policy, problem, absent }) => {
    if (problem !== undefined) {
      const { message, at, hint } = problem;
      return [{ severity: "error", message, place: at, fix: hint, subject: message }];
    }
    if (policy === undefined) return unread(path);
    return [
      // One at the root has yet to be written, and is told of as such.
      ...(path.includes("/") && !hasRules(policy) ? [warning(NO_RULE, { line: 1 })] : []),
      ...policy.warnings.map(({ at, message }) => ({
        ...warning(message, at),
        subject: `${at.line ?? 0} ${message}`,
      })),
      ...policy.creationRules.flatMap(ruleDrafts),
      ...idleMembers(policy).map(idleDraft),
      ...absent.map((name) => absentDraft(name, policy)),
    ];
  },
};

function idleDraft({ member, message }: IdleMember): Draft {
  return { severity: "note", message, place: member.at, subject: `idle ${member.name}` };
}

function absentDraft({ name, meant }: AbsentSecret, policy: Policy): Draft {
  const fix = meant === undefined ? undefined : `did you mean ${meant}?`;
  const place = policy.rule(name)?.at;
  return { severity: "note", message: `${name} does not exist`, place, fix, subject: `absent ${name}` };
}

const NO_RULE = "this policy has no rule, so nothing below it can be encrypted, whatever the policy above says";

function unread(path: string): Draft[] {
  const name = isMisnamedPolicy(path) ? properName(path) : undefined;
  if (name === undefined) return [];
  const message = `sops never reads a policy of this name: it must be called ${name}`;
  return [{ severity: "warning", message, fix: `git mv ${posix.basename(path)} ${name}`, subject: "name" }];
}

function warning(message: string, place: Draft["place"]): Draft {
  return { severity: "warning", message, place };
}

/** Expressions by which people say "every path" and mean it. */
const EVERYTHING = new Set(["every path", ".*", "^.*$", "", "^.*", ".*$", ".+"]);

function ruleDrafts(rule: CreationRule): Draft[] {
  const { title, at, compiled, readers, settings } = rule;
  const drafts: Draft[] = [];
  const add = (message: string, subject: string, fix?: string) =>
    drafts.push({ ...warning(message, at), subject: `${title} ${subject}`, fix });
  if (!EVERYTHING.has(title) && isBroad(rule) && rule.matches("package.json") && rule.matches("README.md")) {
    add("this expression looks like a filter and matches every path", "everything");
  }
  const fixed = withDots(title);
  if (fixed !== title) {
    add("an unescaped dot matches any character", "dot", `path_regex: ${fixed}`);
  }
  if (isForBackslashes(rule)) {
    add("this expression has \\ where paths have /", "windows", "write / between directories");
  }
  if (namesNobody(rule) && settings.enforce !== "never") {
    const message = "this rule names no key: sops refuses to encrypt under it, and no readers can be compared";
    drafts.push({ ...warning(message, at), severity: "error", subject: `${title} nobody` });
  }
  if (settings.groups !== undefined && settings.threshold === undefined) {
    const count = settings.groups.length;
    const message = `all ${count} key groups are needed to open a file: nobody who is in one of them can do so alone`;
    add(message, "groups", "put all keys into one group, or set shamir_threshold if that is intended");
  }
  if (compiled === "differs") {
    add("its age list differs from its readers, and stock sops goes by the list", "compiled", "secrets policy compile");
  }
  if (/prod/i.test(title) && readers.length === 1 && settings.foreign.length === 0) {
    add("production secrets with a single reader are lost with one key", "single");
  }
  return drafts;
}

/** A class of characters in an expression; what is never ended goes to the end. */
const CLASS = /\[[^\]]*(?:\]|$)/g;

/** The expression with the dots escaped that begin the end of a name; one in a class is a dot already. */
function withDots(title: string): string {
  const bare = title.replaceAll(CLASS, (found) => "_".repeat(found.length));
  const dots = [...bare.matchAll(/(?<!\\)\.(?:ya?ml|json|env|ini|age|sops|enc|secrets?|toml|txt)(?![\w*+?{([])/g)];
  return dots.toReversed().reduce((text, { index }) => `${text.slice(0, index)}\\${text.slice(index)}`, title);
}

/** A literal backslash in the expression, outside a class that has the slash too. */
function isForBackslashes({ title }: CreationRule): boolean {
  const bare = title.replaceAll(CLASS, (found) => (found.includes("/") ? "" : found));
  return bare.includes("\\\\");
}
