/**
 * How are versions of files read from git's objects?
 *
 * What the index, a range and the history have in common: what lies on the disk plays no part, and neither does a policy there.
 */
import { dirname, join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { SETTINGS_FILE } from "../../findings/finding.ts";
import { readBlobs } from "../../git/blobs.ts";
import type { Git } from "../../git/git.ts";
import type { Entry } from "../../git/listing.ts";
import type { Project } from "../../operations/project/project.ts";
import { isFrameFile, linkedFrame, readEntries, type Wanted } from "./blob-reading.ts";
import { elsewhere, isBelow, isOutside, posixPath } from "./inside.ts";
import { gitWorld } from "./git-world.ts";
import { isMisnamedPolicy, isPolicyFile } from "../../policy/sources/index.ts";
import { policySet, type PolicySet, type PolicyText } from "../context/policies.ts";
import type { Scope, SettingsSource, Unchecked, Version } from "./scope.ts";

/** The commit that brought a version, undefined for the newest one, and whether a range brought it. */
export interface Mark {
  readonly commit: string | undefined;
  readonly isNew: boolean;
  readonly before: NonNullable<Version["before"]>;
}

/** A moment of the repository whose policies judge. */
export interface Moment {
  /** No more is needed than the files of the frame, and what is to be found by its path. */
  readonly entries: readonly Entry[];
  /** As messages call it: a commit. */
  readonly name: string;
  /** Every file, where `entries` are not all. */
  readonly all?: () => Promise<readonly Entry[]>;
}

export interface GitScope {
  readonly mode: "staged" | "range" | "history";
  readonly git: Git;
  /** Absolute paths that were named; none: all. */
  readonly paths: readonly string[];
  /** The index, or the tree of the last commit: its policies judge. */
  readonly newest: readonly Entry[];
  /** Every file of it, where these are not all. */
  readonly all?: () => Promise<readonly Entry[]>;
  readonly versions: readonly Wanted<Mark>[];
  /** Among them are the policies that are looked at themselves. */
  readonly lint: readonly Entry[];
  readonly commits?: number;
  /** Whose policies judge as well. */
  readonly older?: readonly Moment[];
  /** Whose policies judge what the newest says nothing of. */
  readonly past?: readonly Moment[];
  /** Those of the disk; absent: what the newest files say. */
  readonly settings?: (text: Uint8Array | undefined) => SettingsSource;
  /** Whether the allowances of the older moments count. */
  readonly bounded?: boolean;
  readonly unchecked?: readonly Unchecked[];
  /** Whether git has something at a path of which no version is looked at. */
  readonly knows: (path: string) => boolean | Promise<boolean>;
}

/** As the newest of their files. */
export function current(
  entries: readonly Entry[],
  {
    isNew = () => false,
    before = () => [],
  }: { isNew?: (entry: Entry) => boolean; before?: (entry: Entry) => Mark["before"] } = {},
): Wanted<Mark>[] {
  return entries.map((entry) => ({
    ...entry,
    mark: { commit: undefined, isNew: isNew(entry), before: before(entry) },
  }));
}

/** What stood at each path before: all of these are parents of the one change. */
export function replacing(entries: readonly Entry[]): (entry: Pick<Entry, "path">) => Mark["before"] {
  const found = new Map<string, string[]>();
  for (const { path, oid } of entries) found.set(path, [...(found.get(path) ?? []), oid]);
  return ({ path }) => {
    const parents = found.get(path);
    return parents === undefined ? [] : [parents];
  };
}

/** The settings of one commit, and the files beside it. */
function settingsIn(git: Git, entries: readonly Entry[], show: (path: string) => string) {
  return (text: Uint8Array | undefined): SettingsSource => ({
    text,
    show,
    read: async (path) => {
      const entry = entries.find((each) => each.path === path && each.kind === "file");
      let content: Uint8Array | undefined;
      if (entry !== undefined) await readBlobs(git, [entry.oid], (_, bytes) => void (content = bytes));
      if (content !== undefined) return content;
      throw new SecretsError("policy", "the baseline cannot be read: git does not have it", {
        at: { file: show(path) },
      });
    },
  });
}

/** What a blob is read for. */
interface Purpose {
  /** The moment whose frame it belongs to. */
  readonly moment?: number;
  /** Present where the version itself is looked at. */
  readonly version?: Mark;
  /** Whether it is only what stood there before. */
  readonly former?: boolean;
}

type Texts = Map<string, Buffer>;

export function gitScope(project: Project, given: GitScope): Scope {
  const { git, newest, older = [], past = [] } = given;
  const named = given.paths.map((path) => posixPath(git.root, path));
  const wanted = (path: string) => named.length === 0 || named.some((root) => isBelow(path, root));
  const show = (path: string) => project.show(join(git.root, path));
  const moments = [newest, ...older.map(({ entries }) => entries), ...past.map(({ entries }) => entries)];
  const frames = moments.flatMap((entries, moment) =>
    entries.filter(({ path }) => isFrameFile(path)).map((entry) => ({ ...entry, mark: { moment } })),
  );
  const versions = unique(given.versions.filter(({ path }) => wanted(path)));
  const entries: Wanted<Purpose>[] = [
    ...frames,
    ...versions.map(({ mark, ...entry }) => ({ ...entry, mark: { version: mark } })),
    ...formerOf(versions).map((entry) => ({ ...entry, mark: { former: true } })),
  ];
  return {
    mode: given.mode,
    root: git.root,
    git,
    listing: async () => (await (given.all?.() ?? newest)).map(({ path }) => path),
    commits: given.commits ?? 0,
    read: async (take) => {
      for (const one of [...(given.unchecked ?? []), ...linkedFrame(newest, show)]) take.unchecked(one);
      for (const one of await unmatched(project, given, { named, versions })) take.unchecked(one);
      const texts: Texts[] = moments.map(() => new Map());
      const early: { path: string; oid: string; bytes: Buffer; mark: Mark }[] = [];
      let framed = false;
      const version = ({ path, oid }: { path: string; oid: string }, bytes: Buffer, mark: Mark) =>
        take.version({ path, oid, bytes, tracked: true, ...mark });
      await readEntries(git, entries, {
        blob: async ({ path, oid, mark }, bytes) => {
          if (mark.former === true) await take.former({ path, oid, bytes });
          if (mark.moment !== undefined) texts[mark.moment]?.set(path, Buffer.from(bytes));
          if (mark.version === undefined) return;
          if (framed) await version({ path, oid }, bytes, mark.version);
          else early.push({ path, oid, bytes: Buffer.from(bytes), mark: mark.version });
        },
        frameRead: async () => {
          framed = true;
          const [settings, ...before] = settingsOf(given, texts, show);
          const { policies, past } = await policiesOf(project, given, texts);
          const lintable = given.lint
            .map(({ path }) => path)
            .filter((path) => isPolicyFile(path) || isMisnamedPolicy(path));
          const lint = new Set(lintable.filter(wanted));
          await take.frame({ policies, past, settings, settingsBefore: given.bounded ? before : undefined, lint });
          for (const { bytes, mark, ...entry } of early) await version(entry, bytes, mark);
        },
        unchecked: (one) => take.unchecked({ ...one, file: show(one.file) }),
      });
    },
  };
}

/** A version that is asked for twice is looked at once, as the newest if it is that, and after all that it ever replaced. */
function unique(versions: readonly Wanted<Mark>[]): Wanted<Mark>[] {
  const found = new Map<string, Wanted<Mark>>();
  for (const entry of versions) {
    if (entry.kind === "module") continue;
    const key = `${entry.path}\0${entry.oid}\0${entry.kind}`;
    const first = found.get(key) ?? entry;
    const before = new Map([...first.mark.before, ...entry.mark.before].map((parents) => [parents.join(), parents]));
    found.set(key, { ...first, mark: { ...first.mark, before: [...before.values()] } });
  }
  return [...found.values()];
}

/** What these versions replaced and what is not a version itself. */
function formerOf(versions: readonly Wanted<Mark>[]): Entry[] {
  const looked = new Set(versions.map(({ oid }) => oid));
  const found = new Map<string, Entry>();
  for (const { path, mark } of versions) {
    for (const oid of mark.before.flat()) if (!looked.has(oid)) found.set(oid, { path, kind: "file", oid });
  }
  return [...found.values()];
}

/** Names behind which there is nothing that git has. */
async function unmatched(
  project: Project,
  { paths, knows }: GitScope,
  { named, versions }: { named: readonly string[]; versions: readonly Entry[] },
): Promise<Unchecked[]> {
  const found: Unchecked[] = [];
  for (const [index, name] of named.entries()) {
    const path = paths[index] ?? "";
    if (isOutside(name)) found.push(elsewhere(project, path, dirname(path)));
    else if (!versions.some((version) => isBelow(version.path, name)) && name !== "" && !(await knows(name))) {
      found.push({ file: project.show(path), reason: "git has no such file here" });
    }
  }
  return found;
}

function settingsOf(
  { git, newest, older = [], settings }: GitScope,
  texts: readonly Texts[],
  show: (path: string) => string,
): [SettingsSource, ...SettingsSource[]] {
  const textOf = (moment: number) => texts[moment]?.get(SETTINGS_FILE);
  const before = older.map(({ entries, name }, index) =>
    settingsIn(git, entries, (path) => `${name}:${path}`)(textOf(index + 1)),
  );
  return [(settings ?? settingsIn(git, newest, show))(textOf(0)), ...before];
}

async function policiesOf(
  project: Project,
  { git, newest, all, older = [], past = [] }: GitScope,
  texts: readonly Texts[],
): Promise<{ policies: PolicySet[]; past: PolicySet[] }> {
  const moments: readonly (Omit<Moment, "name"> & { readonly name?: string })[] = [
    { entries: newest, ...(all === undefined ? {} : { all }) },
    ...older,
    ...past,
  ];
  const sets = await Promise.all(
    moments.map(({ entries, name, all: whole }, index) => {
      const list: PolicyText[] = [...(texts[index] ?? [])]
        .filter(([path]) => isPolicyFile(path))
        .map(([path, bytes]) => ({ path, bytes }));
      const show = (path: string) => (name === undefined ? project.show(join(git.root, path)) : `${name}:${path}`);
      const world = gitWorld(project, { git, all: whole ?? (() => Promise.resolve(entries)), show });
      const origin = name === undefined ? undefined : `the policy of ${name}`;
      return policySet(list, {
        around: (path) => ({ ...world, path: join(git.root, path), subject: "" }),
        show,
        origin,
      });
    }),
  );
  return { policies: sets.slice(0, older.length + 1), past: sets.slice(older.length + 1) };
}
