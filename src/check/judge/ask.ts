/**
 * What do the rules answer?
 *
 * The only place where rules are called: each that answers a question, in their order, and what it says becomes a finding.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Answers, Draft, Finding, Rule, RuleId, Subjects } from "../../findings/finding.ts";
import { rules } from "../../findings/index.ts";
import type { Project } from "../../operations/project/project.ts";
import { REPLACED } from "../scope/scope.ts";

export interface About {
  /** The file that is spoken of, unless an answer names another one: POSIX, relative to the root. */
  readonly path: string;
  readonly commit?: string | undefined;
  /** Which rules are asked; absent: all that answer. */
  readonly wanted?: (rule: Rule) => boolean;
}

export type Ask = <Q extends keyof Subjects>(question: Q, subject: Subjects[Q], about: About) => Promise<Finding[]>;

export function askIn(project: Project, root: string): Ask {
  const findingOf = (rule: RuleId, { place, ...draft }: Draft, about: About): Finding => {
    const path = draft.path ?? about.path;
    const { line, column } = place ?? {};
    return {
      ...draft,
      // A name that is not UTF-8 cannot be written in a command.
      fix: path.includes(REPLACED) ? undefined : draft.fix,
      rule,
      path,
      line,
      column,
      commit: about.commit,
      at: { file: project.show(join(root, path)), line, column },
      fingerprint: hash(rule, path, draft.subject ?? ""),
    };
  };
  return async (question, subject, about) => {
    const found: Finding[] = [];
    for (const rule of rules) {
      const answers: Answers = rule;
      const answer = answers[question];
      if (answer === undefined || about.wanted?.(rule) === false) continue;
      for (const draft of fewer(await answer(subject))) found.push(findingOf(rule.id, draft, about));
    }
    return found;
  };
}

/** What tells a finding from all others, and stays. */
export function hash(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);
}

/** More findings of one rule in one file nobody reads; how many there are is enough. */
const MOST = 1000;

function fewer(drafts: readonly Draft[]): readonly Draft[] {
  const [first, ...others] = drafts.slice(MOST);
  if (first === undefined) return drafts;
  const message = `and ${others.length + 1} more findings of this rule in this file`;
  const severity = [first, ...others].some((draft) => draft.severity === "error") ? "error" : first.severity;
  return [...drafts.slice(0, MOST), { severity, message, subject: "more" }];
}
