/**
 * What is a file that says who reads other files?
 */
import type { NixWorld } from "../../nix/nix.ts";
import type { Policy } from "../policy.ts";
import type { WrittenPolicy } from "../written.ts";

/** What a policy that is more than its own text may ask for. */
export interface Surroundings extends NixWorld {
  /** The policy itself, absolute. */
  readonly path: string;
  /** The path that it is read for: POSIX, relative to its directory. */
  readonly subject: string;
  /**
   * Has Nix evaluate an expression to JSON, restricted to the repository and NIX_PATH; undefined where it is not there or not to be asked.
   * @throws SecretsError `policy` with what Nix says
   */
  readonly askNix?: ((expression: string) => Promise<string | undefined>) | undefined;
}

export interface PolicySource {
  /** What options call it. */
  readonly key: string;
  /** What people call it, and its file. */
  readonly name: string;
  /** Where it may lie in a directory, relative and POSIX; the first that is there counts. Its rules start from where it lies itself. */
  readonly places: readonly string[];
  /** Names that are meant for it and that nobody reads. */
  readonly misnamed: readonly string[];
  /** A first one, in a line. */
  readonly example: string;
  /** How files of this kind end that go by other names. */
  readonly ending: string;
  /** The variable that names one instead of the nearest. */
  readonly variable?: string;
  /**
   * @param file as it should be shown in messages
   * @returns undefined where the file only has the name of a policy
   * @throws SecretsError `policy` with its place
   */
  readonly read: (bytes: Uint8Array, file: string, around: Surroundings) => Promise<Policy | undefined>;
  /** Whether it may read this file, so that a change of it changes what the policy says. */
  readonly mayRead?: (path: string) => boolean;
  /** Whether it rules sops files beside `.age` secrets. */
  readonly rulesDocuments: boolean;
  /** A new one, which `read` takes for what was written. */
  readonly write: (policy: WrittenPolicy) => Promise<string>;
}
