/**
 * What do the rules of `check` mean?
 */
import type { Explanation, RuleId, Severity } from "../../findings/finding.ts";
import { rules } from "../../findings/index.ts";

/** A rule in words. */
export interface RuleInfo {
  readonly id: RuleId;
  readonly title: string;
  /** The gravest that it gives. */
  readonly severity: Severity;
  /** Whether it needs a key, and so is only looked for when asked. */
  readonly needsKey: boolean;
  readonly explanation: Explanation;
}

/** In the order of their ids. */
export function checkRules(): RuleInfo[] {
  return rules.map(({ id, title, severity, explanation, opened, values }) => ({
    id,
    title,
    severity,
    needsKey: (opened ?? values) !== undefined,
    explanation,
  }));
}
