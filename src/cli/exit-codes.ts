/**
 * Which number does each outcome end with? The only place that knows; a new error code without a number does not compile.
 */
import type { ErrorCode } from "../errors.ts";

export const EXIT_OK = 0;
export const EXIT_USAGE = 2;
/** A bug of ours. */
export const EXIT_BUG = 70;

const byCode = {
  usage: EXIT_USAGE,
  policy: EXIT_USAGE,
  "no-rule": EXIT_USAGE,
  "bad-key": EXIT_USAGE,
  "cannot-ask": EXIT_USAGE,
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
} as const satisfies Record<ErrorCode, number>;

/** @param cause for `interrupted`: the signal's name */
export function exitCodeOf(code: ErrorCode, cause?: unknown): number {
  if (code === "interrupted" && cause === "SIGTERM") return 128 + 15;
  if (code === "interrupted" && cause === "SIGHUP") return 128 + 1;
  return byCode[code];
}
