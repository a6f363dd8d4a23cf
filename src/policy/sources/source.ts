/**
 * What is a file that says who reads other files?
 */
import type { Policy } from "../policy.ts";

export interface PolicySource {
  /** What people call it, and its file. */
  readonly name: string;
  /** Where it may lie in a directory, relative and POSIX; the first that is there counts. Its rules start from where it lies itself. */
  readonly places: readonly string[];
  /** Names that are meant for it and that nobody reads. */
  readonly misnamed: readonly string[];
  /** A first one, in a line. */
  readonly example: string;
  /**
   * @param file as it should be shown in messages
   * @throws SecretsError `policy` with its place
   */
  readonly read: (bytes: Uint8Array, file: string) => Promise<Policy>;
}
