/**
 * Which number does each outcome end with? The only place that knows; a new error code without a number does not compile.
 */
import type { ErrorCode } from "../../errors.ts";

const byCode = {
  usage: 2,
  policy: 2,
  "no-rule": 2,
  "bad-key": 2,
  "cannot-ask": 2,
  "no-identity": 3,
  "wrong-passphrase": 3,
  malformed: 4,
  unmerged: 4,
  tampered: 4,
  "not-found": 5,
  io: 5,
  busy: 5,
  editor: 5,
  refused: 6,
  drift: 6,
  lockout: 6,
  changed: 6,
  interrupted: 130,
  bug: 70,
} as const satisfies Record<ErrorCode | "bug", number>;

/** For the help. */
export const EXIT_CODES = [
  "0 done",
  "1 findings or drift",
  "2 usage or policy",
  "3 no key opens it",
  "4 damaged",
  "5 input or output failed",
  "6 refused for safety",
  "70 a bug",
  "128+n ended by signal n",
];

/** @param cause for `interrupted`: the signal's name */
export function exitCodeOf(code: ErrorCode | "bug", cause?: unknown): number {
  if (code === "interrupted" && cause === "SIGTERM") return 128 + 15;
  if (code === "interrupted" && cause === "SIGHUP") return 128 + 1;
  return byCode[code];
}
