/**
 * How does one check come to its report?
 *
 * Gathers what the inspector finds version by version, adds what only the whole tells (the policy itself, git's settings, older
 * and newer versions of the same file, values seen elsewhere), and puts aside what is allowed.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { isEncryptedContent, readContent } from "../../findings/content.ts";
import type { Finding, Versions } from "../../findings/finding.ts";
import { sec006 } from "../../findings/sec006-mac.ts";
import { baselineText, sifted, type Ignored } from "../../findings/suppressions.ts";
import type { Project } from "../project.ts";
import { readRules, type CheckRules } from "./check-rules.ts";
import { createInspector, type Inspected, type Inspector } from "./inspector.ts";
import { policyFindings, treeFindings } from "./whole.ts";
import { problemOf, type CheckReport, type CheckRequest } from "./report.ts";
import type { Frame, Scope, Unchecked, Version } from "./scope.ts";
import { createValueHunt, type ValueHunt } from "./value-hunt.ts";
import { acrossVersions, type Judged } from "./versions.ts";

export interface Run {
  readonly frame: (frame: Frame) => Promise<void>;
  readonly version: (version: Version) => Promise<void>;
  readonly unchecked: (unchecked: Unchecked) => void;
  readonly finish: () => Promise<CheckReport>;
}

/** What is known once the frame is read. */
interface Framed {
  readonly frame: Frame;
  readonly inspector: Inspector;
  readonly rules: CheckRules;
}

interface Gathered {
  readonly inspected: Pick<Inspected, "version" | "findings" | "allowances">[];
  readonly opened: Finding[];
  readonly encrypted: { readonly path: string; readonly binary: boolean }[];
  readonly unchecked: Unchecked[];
  files: number;
  verified: number;
}

export function createRun(project: Project, scope: Scope, request: CheckRequest): Run {
  const gathered: Gathered = { inspected: [], opened: [], encrypted: [], unchecked: [], files: 0, verified: 0 };
  const hunt = createValueHunt(project, scope);
  let framed: Framed | undefined;
  const unchecked = (one: Unchecked) => void gathered.unchecked.push(one);

  return {
    frame: async (frame) => {
      const [primary] = frame.policies;
      for (const { problem } of primary?.entries ?? []) if (problem !== undefined) unchecked(problemOf(problem));
      const rules = await readRules(project, { root: scope.root, settings: frame.settings, request }, unchecked);
      const { policies } = frame;
      const inspector = createInspector({ project, root: scope.root, policies, listing: scope.listing });
      framed = { frame, rules, inspector };
    },
    version: async (version) => {
      if (framed === undefined) throw new Error("a version came before what it is judged by");
      gathered.files += 1;
      const inspected = await framed.inspector.inspect(version);
      if (inspected === undefined) return;
      const { findings, allowances, badAllowances } = inspected;
      for (const { by, problem } of badAllowances) project.tell(`warning: ${by}: ${problem}, so it does not count`);
      gathered.inspected.push({ version: { ...version, bytes: new Uint8Array() }, findings, allowances });
      if (inspected.content.kind === "unread") {
        unchecked({ file: project.show(join(scope.root, version.path)), reason: inspected.content.problem.message });
      }
      if (version.commit !== undefined || !isEncryptedContent(inspected.content)) return;
      const binary = inspected.content.kind === "age" && !inspected.content.header.armored;
      if (version.tracked && inspected.governed !== undefined) gathered.encrypted.push({ path: version.path, binary });
      if (request.verify === true || request.values === true) {
        await open({ project, scope, gathered, hunt, inspector: framed.inspector }, inspected);
      }
    },
    unchecked,
    finish: async () => {
      const found =
        framed === undefined
          ? { kept: [], ignored: [] }
          : await whole({ project, scope, request }, { ...framed, gathered, hunt });
      const { files, verified } = gathered;
      const isRuled = framed?.frame.policies.some(({ entries }) => entries.length > 0) ?? true;
      if (!isRuled && files > 0) unchecked(noPolicy(project.show(scope.root)));
      return {
        mode: scope.mode,
        findings: found.kept.sort(byPlace),
        ignored: found.ignored,
        unchecked: gathered.unchecked,
        files,
        commits: scope.commits,
        verified,
      };
    },
  };
}

/** Private keys are looked for all the same, but that nothing is in clear cannot be proved. */
function noPolicy(file: string): Unchecked {
  return {
    file,
    reason: "there is no policy, so nothing says what has to be encrypted",
    hint: "write a .sops.yaml at the root of the repository, and git add it",
  };
}

/** For `--verify` and `--values`. */
async function open(
  given: { project: Project; scope: Scope; gathered: Gathered; hunt: ValueHunt; inspector: Inspector },
  { content, version }: Inspected,
): Promise<void> {
  const { project, scope, gathered, hunt, inspector } = given;
  const { openedContent } = await import("./opened.ts");
  const { path, bytes } = version;
  const opening = await openedContent(project, { root: scope.root, path }, { content, bytes });
  if (opening.status === "shut") {
    gathered.unchecked.push({ file: project.show(join(scope.root, path)), reason: `not opened: ${opening.reason}` });
  } else if (opening.status === "damaged") {
    for (const draft of sec006.inspect(opening.opened))
      gathered.opened.push(inspector.finding(sec006.id, draft, { path }));
  } else {
    gathered.verified += 1;
    hunt.add(path, opening.values);
  }
}

interface Asked {
  readonly project: Project;
  readonly scope: Scope;
  readonly request: CheckRequest;
}

/** All findings, those that count apart from those that were allowed. */
async function whole(
  { project, scope, request }: Asked,
  { frame, rules, inspector, gathered, hunt }: Framed & { gathered: Gathered; hunt: ValueHunt },
): Promise<{ kept: Finding[]; ignored: Ignored[] }> {
  const { allowances, baseline } = rules;
  const today = project.host.now().toISOString().slice(0, 10);
  const ignored: Ignored[] = [];
  const sift = (findings: readonly Finding[], more: typeof allowances = []): Finding[] => {
    const result = sifted(findings, { allowances: [...more, ...allowances], baseline, today });
    ignored.push(...result.ignored);
    return result.kept;
  };
  const judged: Judged[] = [...gathered.inspected, ...(await inspector.finish())].map((one) => ({
    path: one.version.path,
    commit: one.version.commit,
    findings: sift(one.findings, one.allowances),
  }));
  const onDisk = (path: string) => diskState(project, scope, path);
  const { finding } = inspector;
  const across = await acrossVersions(scope.mode, judged, { onDisk, finding });
  const others = [
    ...gathered.opened,
    ...policyFindings(frame, finding),
    ...(await treeFindings(project, {
      scope,
      request,
      policies: frame.policies[0],
      encrypted: gathered.encrypted,
      finding,
    })),
    ...(request.values === true ? await hunt.findings(finding) : []),
  ];
  const converted = across.filter(({ rule }) => ["SEC010", "SEC011", "SEC012"].includes(rule));
  const plain = across.filter(({ rule }) => !["SEC010", "SEC011", "SEC012"].includes(rule));
  const kept = [...plain, ...sift([...converted, ...others])];
  if (request.writeBaseline === undefined) return { kept, ignored };
  await writeBaseline(project, request.writeBaseline, kept);
  const by = request.writeBaseline;
  return {
    kept: [],
    ignored: [
      ...ignored,
      ...kept.map((found) => ({ finding: found, reason: "in the baseline", until: undefined, by })),
    ],
  };
}

async function diskState(project: Project, { root }: Scope, path: string): Promise<Versions["other"]> {
  try {
    const bytes = await project.host.files.read(join(root, path));
    return isEncryptedContent(await readContent(bytes, path)) ? "encrypted" : "clear";
  } catch (error) {
    if (error instanceof SecretsError) throw error;
    return "absent";
  }
}

async function writeBaseline(project: Project, file: string, findings: readonly Finding[]): Promise<void> {
  const path = project.resolve(file);
  const bytes = new TextEncoder().encode(baselineText(findings));
  async function* content(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const { commitChanges } = await import("../write.ts");
  await commitChanges(project, [
    { path, expected: "any", content: content(), mode: 0o644, verify: async () => undefined },
  ]);
}

/** By file, then by line; what is about the whole file first. */
function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  const lines = (a.line ?? 0) - (b.line ?? 0);
  if (lines !== 0) return lines;
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0;
}
