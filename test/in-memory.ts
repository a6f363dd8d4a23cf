/**
 * Where do the tests write?
 *
 * Into memory where the machine has room there: tens of thousands of small files are made and removed. On the disk under
 * SECRETS_TESTS_ON_DISK=1, as CI does too.
 */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from "node:fs";

const MEMORY = "/dev/shm";
const ENOUGH = 2 ** 30;
/** Of tmpfs (statfs(2)). */
const TMPFS = 0x01021994;

/** Vitest calls it before any test file, and what it answers after the last. */
export function setup(): (() => void) | undefined {
  if (process.env["SECRETS_TESTS_ON_DISK"] === "1" || !hasRoom()) return undefined;
  const directory = mkdtempSync(`${MEMORY}/secrets-tests-`);
  process.env["TMPDIR"] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}

function hasRoom(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}
