/**
 * Which secrets are there, who reads them, and do they agree with the policy?
 *
 * `ls` for all files, `who` for one path. Neither needs a key nor asks for one.
 */
import type { AgeHeader } from "../documents/age-header.ts";
import { readersOf } from "../documents/age-readers.ts";
import { SecretsError } from "../errors.ts";
import type { Position } from "../errors.ts";
import { readStream } from "../io/stream.ts";
import { isAge, needsPassphrase, opening, readHeader } from "./age-secret.ts";
import type { CanOpen } from "./identities.ts";
import { replayable } from "./input.ts";
import { ruleForReading, type Project, type Ruled } from "./project.ts";
import { compareReaders, differenceLines, nameOf, type Agreement } from "./readers.ts";
import { secretFiles } from "./secret-files.ts";

/** One reader as reports name it. */
export interface NamedReader {
  readonly name: string;
  readonly kind: "user" | "host" | "literal";
  /** The teams it reads through. */
  readonly through: readonly string[];
}

export interface RuleReport {
  readonly kind: "secrets" | "creation_rules";
  readonly title: string;
  readonly at: Position;
  readonly readers: readonly NamedReader[];
  /** Rules that would match too, were the path not ruled by `secrets:`. */
  readonly shadowed: readonly Position[];
}

export interface SecretReport {
  readonly file: string;
  /** What it is; undefined for a path where nothing is yet. */
  readonly format: "age" | "age armored" | "plain" | undefined;
  /** Undefined: no rule covers it. */
  readonly rule: RuleReport | undefined;
  /** The readers that the file itself declares, by name; and how many more it has that nobody here can name. */
  readonly declared: { readonly names: readonly string[]; readonly unnamed: number } | undefined;
  readonly agreement: Agreement | undefined;
  /** The differences in words, one line per person. */
  readonly difference: readonly string[];
  readonly canOpen: CanOpen | undefined;
  /** Why it could not be looked at. */
  readonly problem: string | undefined;
}

/** Every secret file below these paths, or of the whole repository. */
export async function listSecrets(project: Project, paths: readonly string[]): Promise<SecretReport[]> {
  const reports: SecretReport[] = [];
  for (const path of await secretFiles(project, paths)) reports.push(await reportOn(project, path));
  return reports;
}

/** What the policy says of one path, and the file too, if it is there. */
export async function whoReads(project: Project, file: string): Promise<SecretReport & { keys: readonly string[] }> {
  const path = project.resolve(file);
  const report = await reportOn(project, path);
  if (report.format === undefined && report.rule === undefined) {
    throw new SecretsError("no-rule", "there is no such file, and no rule covers this path", {
      at: { file: project.show(path) },
    });
  }
  return { ...report, keys: await project.identities.report() };
}

async function reportOn(project: Project, path: string): Promise<SecretReport> {
  const ruled = await ruleForReading(project, path);
  const file = project.show(path);
  const rule = ruled && ruleReport(ruled);
  const nothing = { declared: undefined, agreement: undefined, difference: [], canOpen: undefined };
  const base = { file, rule, ...nothing, problem: undefined };
  try {
    const format = await formatOf(project, path);
    if (format !== "age") return { ...base, format };
    return { ...base, ...(await ageReport(project, path, ruled)) };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { ...base, format: "age", problem: error.message };
  }
}

async function formatOf(project: Project, path: string): Promise<"age" | "plain" | undefined> {
  const stat = await project.host.files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") {
    throw new SecretsError("usage", "this is a directory, not a file", { at: { file: project.show(path) } });
  }
  const { head } = await replayable(readStream(project.host.files, path));
  return isAge(head) ? "age" : "plain";
}

async function ageReport(project: Project, path: string, ruled: Ruled | undefined) {
  const header = await readHeader(project, path);
  const agreement = ruled && (await compareReaders(header, ruled));
  return {
    format: header.armored ? ("age armored" as const) : ("age" as const),
    declared: await declaredReaders(header, ruled),
    agreement,
    difference: agreement === undefined ? [] : differenceLines(agreement),
    canOpen: await canOpen(project, header),
  };
}

async function declaredReaders(header: AgeHeader, ruled: Ruled | undefined) {
  const members = ruled?.file.policy.members.flatMap((member) => member.keys) ?? [];
  const literal = ruled?.ruling.readers.flatMap((reader) => reader.keys) ?? [];
  const { readers, unknown } = await readersOf(header, [...members, ...literal]);
  const names = new Set(readers.map((recipient) => nameOf(recipient, ruled?.file.policy)));
  return { names: [...names].sort(), unnamed: unknown };
}

async function canOpen(project: Project, header: AgeHeader): Promise<CanOpen> {
  if (needsPassphrase(header.stanzas)) return "with a passphrase";
  return project.identities.canOpen(opening(header.stanzas));
}

function ruleReport(ruled: Ruled): RuleReport {
  const { kind, title, at, readers, shadowed } = ruled.ruling;
  return { kind, title, at, shadowed, readers: readers.map(({ name, kind, through }) => ({ name, kind, through })) };
}
