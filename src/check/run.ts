/**
 * How does one check come to its report?
 *
 * Gathers what the inspector finds version by version, and adds what only the whole tells: the policy itself, git's settings,
 * values seen elsewhere, other repositories inside this one. The verdict puts aside what is allowed.
 */
import { join } from "node:path";
import { isEncryptedContent } from "../findings/reading/content.ts";
import type { Finding } from "../findings/finding.ts";
import { readersAgree } from "../findings/rules/sec009-age-file.ts";
import { sec006 } from "../findings/rules/sec006-mac.ts";
import { allows, type Ignored } from "../findings/suppressions.ts";
import type { Project } from "../operations/project/project.ts";
import { dayOf, readRules, type CheckRules } from "./judge/check-rules.ts";
import { mixedKeys } from "../findings/reading/merged.ts";
import { wholeText } from "../findings/reading/outline.ts";
import { formerSides } from "../operations/secrets/former-sides.ts";
import { linkedPlaintext } from "./context/linked-plaintext.ts";
import { createChanges, type Changes } from "./judge/changes.ts";
import { createInspector, type Inspected, type Inspector } from "./judge/inspector.ts";
import { brokenPolicies, isRuled, noPolicy } from "./context/policy-problems.ts";
import type { CheckReport, CheckRequest } from "./report.ts";
import type { Frame, Scope, Take, Unchecked, Version } from "./scope/scope.ts";
import { createValueHunt, type ValueHunt } from "./judge/value-hunt.ts";
import { verdict, type Found } from "./judge/verdict.ts";
import { policyFindings, treeFindings } from "./scope/whole.ts";

export interface Run {
  readonly frame: (frame: Frame) => Promise<void>;
  readonly version: (version: Version) => Promise<void>;
  readonly former: Take["former"];
  readonly unchecked: (unchecked: Unchecked) => void;
  /** Takes the report of a repository inside this one, with its paths seen from here. */
  readonly inner: (report: CheckReport) => void;
  readonly finish: () => Promise<CheckReport>;
}

/** What is known once the frame is read. */
interface Framed {
  readonly frame: Frame;
  readonly inspector: Inspector;
  readonly rules: CheckRules;
}

interface Gathered {
  readonly inspected: Found["inspected"][number][];
  /** What is about no single version. */
  readonly others: Finding[];
  readonly ignored: Ignored[];
  readonly encrypted: { readonly path: string; readonly binary: boolean }[];
  readonly unchecked: Unchecked[];
  readonly unknownReaders: string[];
  files: number;
  verified: number;
}

export function createRun(project: Project, scope: Scope, request: CheckRequest): Run {
  const gathered = nothing();
  const hunt = createValueHunt(project, scope);
  const changes = createChanges(project, scope);
  let framed: Framed | undefined;
  let inner = 0;
  const unchecked = (one: Unchecked) => void gathered.unchecked.push(one);

  return {
    frame: async (frame) => {
      const rules = await readRules(project, { frame, request }, unchecked);
      const isAllowed = (path: string) => allows(rules, { rule: "SEC017", path, today: dayOf(project) });
      for (const problem of brokenPolicies(frame.policies, { warn: project.warn, isAllowed })) unchecked(problem);
      const { root, listing, git } = scope;
      framed = { frame, rules, inspector: createInspector({ ...frame, project, root, listing, git }) };
    },
    version: async (version) => {
      if (framed === undefined) throw new Error("a version came before what it is judged by");
      gathered.files += 1;
      const looking = { project, scope, request, gathered, hunt, inspector: framed.inspector };
      await changes.look(version, await lookIfPossible(looking, version));
    },
    former: changes.former,
    unchecked,
    inner: ({ findings, ignored, unchecked, unknownReaders, files, verified }) => {
      gathered.others.push(...findings);
      gathered.unknownReaders.push(...unknownReaders);
      gathered.ignored.push(...ignored);
      gathered.unchecked.push(...unchecked);
      gathered.verified += verified;
      inner += files;
    },
    finish: async () => {
      const { kept, ignored } =
        framed === undefined
          ? { kept: [], ignored: [] }
          : await whole({ project, scope, request }, { ...framed, gathered, hunt, changes });
      for (const line of scope.git?.unseen ?? []) {
        unchecked({ file: project.show(scope.root), reason: line.replace(/^warning: /, "git: ") });
      }
      const { files, verified } = gathered;
      const policies = framed?.frame.policies ?? [];
      // An empty working tree without a policy is rather the wrong directory than a clean one.
      if (framed !== undefined && (files > 0 || scope.mode === "tree") && !policies.some(isRuled)) {
        const shown = project.show(scope.root);
        // A repository inside another is often a stranger's.
        if (request.isInner === true) project.tell(`${shown} has no policy, so only private keys are looked for in it`);
        else unchecked(noPolicy(policies, shown));
      }
      return {
        mode: scope.mode,
        findings: kept,
        ignored: [...gathered.ignored, ...ignored],
        unchecked: gathered.unchecked,
        unknownReaders: gathered.unknownReaders,
        files: files + inner,
        commits: scope.commits,
        verified,
      };
    },
  };
}

function nothing(): Gathered {
  return {
    inspected: [],
    others: [],
    ignored: [],
    encrypted: [],
    unchecked: [],
    unknownReaders: [],
    files: 0,
    verified: 0,
  };
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STRING_TOO_LONG";
}

interface Looking {
  readonly project: Project;
  readonly scope: Scope;
  readonly request: CheckRequest;
  readonly gathered: Gathered;
  readonly hunt: ValueHunt;
  readonly inspector: Inspector;
}

async function lookIfPossible(looking: Looking, version: Version): Promise<Inspected | undefined> {
  try {
    return await look(looking, version);
  } catch (error) {
    // No text can be that long, and no parser goes that deep.
    if (!(error instanceof RangeError) && !isTooLong(error)) throw error;
    const { project, scope, gathered } = looking;
    const reason = "it is too large, or too deeply nested, to be looked at";
    gathered.unchecked.push({ file: project.show(join(scope.root, version.path)), reason });
    return undefined;
  }
}

/** Looks at one version, and where keys are asked for opens it. */
async function look(looking: Looking, version: Version): Promise<Inspected | undefined> {
  const { project, scope, request, gathered, inspector } = looking;
  const inspected = await inspector.inspect(version);
  if (inspected === undefined) return undefined;
  const { content, governed, badAllowances, ...found } = inspected;
  for (const { by, problem } of badAllowances) project.tell(`warning: ${by}: ${problem}, so it does not count`);
  gathered.inspected.push({ ...found, version: { ...version, bytes: new Uint8Array() } });
  if (content.kind === "unread") {
    gathered.unchecked.push({ file: project.show(join(scope.root, version.path)), reason: content.problem.message });
  }
  if (version.commit !== undefined || !isEncryptedContent(content)) return inspected;
  if (content.kind === "age" && governed !== undefined && (await readersAgree(content.header, governed)) === "unknown")
    gathered.unknownReaders.push(project.show(join(scope.root, version.path)));
  const binary = content.kind === "age" && !content.header.armored;
  if (version.tracked && governed !== undefined) gathered.encrypted.push({ path: version.path, binary });
  if (request.verify === true || request.values === true) await open(looking, inspected);
  return inspected;
}

/** For `--verify` and `--values`. */
async function open({ project, scope, gathered, hunt, inspector }: Looking, inspected: Inspected): Promise<void> {
  const { content, version } = inspected;
  const { openedContent } = await import("./context/opened.ts");
  const { path, bytes } = version;
  const opening = await openedContent(project, { root: scope.root, path }, { content, bytes });
  if (opening.status === "shut") {
    gathered.unchecked.push({ file: project.show(join(scope.root, path)), reason: `not opened: ${opening.reason}` });
  } else if (opening.status === "damaged") {
    const mixed =
      content.kind === "sops" && opening.opened.line === undefined
        ? await mixedKeys(wholeText(content.document), await formerSides(scope.git, path), path)
        : undefined;
    for (const draft of sec006.inspect({ ...opening.opened, mixed }))
      gathered.others.push(inspector.finding(sec006.id, draft, { path }));
  } else {
    gathered.verified += 1;
    hunt.add(path, opening.values);
  }
}

/** What is about no single version comes at the end. */
async function whole(
  asked: { readonly project: Project; readonly scope: Scope; readonly request: CheckRequest },
  {
    frame,
    rules,
    inspector,
    gathered,
    hunt,
    changes,
  }: Framed & { gathered: Gathered; hunt: ValueHunt; changes: Changes },
) {
  const { project, scope, request } = asked;
  const { finding } = inspector;
  const inspected = [...gathered.inspected, ...changes.findings(finding), ...(await inspector.finish())];
  const { encrypted } = gathered;
  const tree = await treeFindings(project, { scope, request, policies: frame.policies[0], encrypted, finding });
  const policies = await policyFindings(project, { scope, frame, finding });
  const values = request.values === true ? await hunt.findings(finding) : [];
  const linked = await linkedPlaintext(project, { scope, policies: frame.policies[0] }, finding);
  const others = [...gathered.others, ...policies, ...tree, ...linked, ...values];
  return verdict(asked, { inspected, others }, { rules, finding });
}
