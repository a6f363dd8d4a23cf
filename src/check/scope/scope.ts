/**
 * Which versions of which files does this check look at, and under which policies?
 *
 * Everything about a check that differs between the working tree, the index, a range of commits, the history and a file from
 * standard input. What follows is the same for all.
 */
import type { Git } from "../../git/git.ts";
import type { CheckReport } from "../report.ts";
import type { PolicySet } from "../context/policies.ts";

/** What stands in a name for bytes that are not UTF-8. */
export const REPLACED = "\ufffd";

/** One version of one file that is looked at. */
export interface Version {
  /** POSIX, relative to the root. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly tracked: boolean;
  /** The commit that brought it, where it is not the newest version that is looked at. */
  readonly commit: string | undefined;
  /** Whether a range brought it, so that what it allows itself counts less. */
  readonly isNew?: boolean;
  /** The id of its blob, where it is one. */
  readonly oid?: string;
  /** One list for each change that brought it: the ids of what it replaced at this path, of a merge one per parent. */
  readonly before?: readonly (readonly string[])[];
}

/** Something that should have been looked at and was not. */
export interface Unchecked {
  readonly file: string;
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** The settings at one moment of the repository. */
export interface SettingsSource {
  /** The text of `.secrets-check.yaml`, if there is one. */
  readonly text: Uint8Array | undefined;
  /** How a file of that moment is called in messages. */
  readonly show: (path: string) => string;
  /** A file of that moment, for the baseline. @throws SecretsError `policy`: there is none. */
  readonly read: (path: string) => Promise<Uint8Array>;
}

/** What stands before the files: read first, because they are judged by it. */
export interface Frame {
  /** The policies that judge: those of the newest version first. */
  readonly policies: readonly PolicySet[];
  /** Older policies that judge only what the newest says nothing of, and only what was published under them. */
  readonly past?: readonly PolicySet[] | undefined;
  readonly settings: SettingsSource;
  /** The settings at the beginnings of a range; undefined where nothing begins. */
  readonly settingsBefore?: readonly SettingsSource[] | undefined;
  /** Policy files to be looked at themselves, by path. */
  readonly lint: ReadonlySet<string>;
}

/** A submodule that is checked out. */
export interface Module {
  /** POSIX, relative to the root. */
  readonly path: string;
  /** Absolute paths that were named; none: everything. */
  readonly named: readonly string[];
}

/** Takes what a scope has. */
export interface Take {
  readonly frame: (frame: Frame) => Promise<void>;
  readonly version: (version: Version) => Promise<void>;
  /** What stood at a path before one of the versions, and is none of them itself. */
  readonly former: (version: Pick<Version, "path" | "oid" | "bytes">) => Promise<void>;
  readonly unchecked: (unchecked: Unchecked) => void;
}

export interface Scope {
  readonly mode: CheckReport["mode"];
  /** Absolute. */
  readonly root: string;
  readonly git: Git | undefined;
  /** Every path of the newest version, POSIX and relative to the root, looked at or not. */
  readonly listing: () => Promise<readonly string[]>;
  /** How many commits are looked at. */
  readonly commits: number;
  /** What leads to these commits, where HEAD does not. */
  readonly namesOf?: (commits: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Whether it is a whole working tree, of which nothing was named. */
  readonly isWhole?: boolean;
  /** The paths of symbolic links in the working tree, among others that nobody has told from files yet. */
  readonly links?: readonly string[];
  /** Repositories inside this one that are looked at as well: their paths, with the paths that were named in them. */
  readonly modules?: readonly Module[];
  /**
   * Reads all of it, once: first the frame, then every version, each taken before the next is read.
   */
  readonly read: (take: Take) => Promise<void>;
}
