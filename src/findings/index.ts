/**
 * Which rules are there?
 *
 * The registry: a new rule is one file and one line here.
 */
import type { Finding, Rule, RuleId } from "./finding.ts";
import { sec001 } from "./rules/sec001-plaintext.ts";
import { sec002 } from "./rules/sec002-clear-leaves.ts";
import { sec003 } from "./rules/sec003-selection.ts";
import { sec004 } from "./rules/sec004-readers.ts";
import { sec005 } from "./rules/sec005-structure.ts";
import { sec006 } from "./rules/sec006-mac.ts";
import { sec007 } from "./rules/sec007-private-key.ts";
import { sec008 } from "./rules/sec008-reader-key.ts";
import { sec009 } from "./rules/sec009-age-file.ts";
import { sec010 } from "./rules/sec010-staged.ts";
import { sec011 } from "./rules/sec011-range.ts";
import { sec012 } from "./rules/sec012-history.ts";
import { sec013 } from "./rules/sec013-leftovers.ts";
import { sec014 } from "./rules/sec014-gitignore.ts";
import { sec015 } from "./rules/sec015-gitattributes.ts";
import { sec016 } from "./rules/sec016-values.ts";
import { sec017 } from "./rules/sec017-policy.ts";
import { sec018 } from "./rules/sec018-metadata.ts";
import { sec019 } from "./rules/sec019-uncovered.ts";
import { sec020 } from "./rules/sec020-nothing-encrypted.ts";

export const rules: readonly Rule[] = [
  sec001,
  sec002,
  sec003,
  sec004,
  sec005,
  sec006,
  sec007,
  sec008,
  sec009,
  sec010,
  sec011,
  sec012,
  sec013,
  sec014,
  sec015,
  sec016,
  sec017,
  sec018,
  sec019,
  sec020,
];

/** What this rule tells of a file. */
export function tells(id: RuleId): Rule["tells"] {
  return rules.find((rule) => rule.id === id)?.tells;
}

/** Whether this tells that something was published, whatever was done to the file later. */
export function isExposure({ rule, exposes }: Pick<Finding, "rule" | "exposes">): boolean {
  return exposes ?? ["plaintext", "exposure"].includes(tells(rule) ?? "");
}
