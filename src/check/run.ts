/**
 * How does one check come to its report?
 *
 * Gathers what the inspector finds version by version, and adds what only the whole tells: the policy itself, git's settings,
 * values seen elsewhere, other repositories inside this one. The verdict puts aside what is allowed.
 */
import { join } from "node:path";
import type { Finding } from "../findings/finding.ts";
import { rules as allRules } from "../findings/index.ts";
import { isEncryptedContent } from "../findings/reading/content.ts";
import { mixedKeys } from "../findings/reading/merged.ts";
import { wholeText } from "../findings/reading/outline.ts";
import { readersAgree } from "../findings/reading/readers.ts";
import { allows, type Ignored } from "../findings/suppressions.ts";
import type { Project } from "../operations/project/project.ts";
import { formerSides } from "../operations/secrets/former-sides.ts";
import { brokenPolicies, isRuled, noPolicy } from "./context/policies.ts";
import { askIn, type Ask } from "./judge/ask.ts";
import { createChanges, type Changes } from "./judge/changes.ts";
import { dayOf, readRules, type CheckRules } from "./judge/check-rules.ts";
import { createInspector, type Inspected, type Inspector } from "./judge/inspector.ts";
import { createValueHunt, type ValueHunt } from "./judge/value-hunt.ts";
import { verdict, type Found } from "./judge/verdict.ts";
import type { CheckReport, CheckRequest } from "./report.ts";
import type { Frame, Scope, Take, Unchecked, Version } from "./scope/scope.ts";
import { linkedPlaintext, policyFindings, treeFindings } from "./scope/whole.ts";

export interface Run {
  readonly take: Take;
  /** Takes the report of a repository inside this one, with its paths seen from here. */
  readonly inner: (report: CheckReport) => void;
  readonly finish: () => Promise<CheckReport>;
}

export interface Asked {
  readonly project: Project;
  readonly scope: Scope;
  readonly request: CheckRequest;
  /** Whether this is a repository inside the one that is meant. */
  readonly isInner: boolean;
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
  /** Those of this repository alone. */
  own: number;
  files: number;
  verified: number;
}

interface Running extends Asked {
  readonly ask: Ask;
  readonly gathered: Gathered;
  readonly hunt: ValueHunt;
  readonly changes: Changes;
  readonly shown: (path: string) => string;
}

export function createRun(asked: Asked): Run {
  const { project, scope, request } = asked;
  const lists = { inspected: [], others: [], ignored: [], encrypted: [], unchecked: [], unknownReaders: [] };
  const gathered: Gathered = { ...lists, own: 0, files: 0, verified: 0 };
  const { root, listing, git } = scope;
  const shown = (path: string) => project.show(join(root, path));
  const ask = askIn(project, root);
  const [hunt, changes] = [createValueHunt(project, scope), createChanges(project, scope)];
  const running: Running = { ...asked, ask, gathered, hunt, changes, shown };
  const unchecked = (one: Unchecked) => void gathered.unchecked.push(one);
  let framed: Framed | undefined;

  return {
    take: {
      frame: async (frame) => {
        const rules = await readRules(project, { frame, request }, unchecked);
        const today = dayOf(project);
        const isAllowed = (path: string) =>
          allRules.some(({ id, policy }) => policy !== undefined && allows(rules, { rule: id, path, today }));
        for (const problem of brokenPolicies(frame.policies, { warn: project.warn, isAllowed })) unchecked(problem);
        framed = { frame, rules, inspector: createInspector({ ...frame, project, root, listing, git, ask }) };
      },
      version: async (version) => {
        if (framed === undefined) throw new Error("a version came before what it is judged by");
        gathered.own += 1;
        gathered.files += 1;
        await changes.look(version, await lookIfPossible(running, framed.inspector, version));
      },
      former: changes.former,
      unchecked,
    },
    inner: ({ findings, ignored, unchecked, unknownReaders, files, verified }) => {
      gathered.others.push(...findings);
      gathered.unknownReaders.push(...unknownReaders);
      gathered.ignored.push(...ignored);
      gathered.unchecked.push(...unchecked);
      gathered.verified += verified;
      gathered.files += files;
    },
    finish: async () => {
      const { kept, ignored } = framed === undefined ? { kept: [], ignored: [] } : await whole(running, framed);
      const reasons = (git?.unseen ?? []).map((line) => line.replace(/^warning: /, "git: "));
      for (const reason of reasons) unchecked({ file: project.show(root), reason });
      if (framed !== undefined) tellOfNoPolicy(running, framed.frame);
      const { files, verified, unknownReaders } = gathered;
      const all = [...gathered.ignored, ...ignored];
      const { mode, commits } = scope;
      const report = { mode, findings: kept, ignored: all, unchecked: gathered.unchecked };
      return { ...report, unknownReaders, files, commits, verified };
    },
  };
}

/** An empty working tree without a policy is rather the wrong directory than a clean one. */
function tellOfNoPolicy({ project, scope, gathered, isInner }: Running, { policies }: Frame): void {
  if ((gathered.own === 0 && scope.mode !== "tree") || policies.some(isRuled)) return;
  const shown = project.show(scope.root);
  // A repository inside another is often a stranger's.
  if (isInner) project.tell(`${shown} has no policy, so only private keys are looked for in it`);
  else gathered.unchecked.push(noPolicy(policies, shown));
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STRING_TOO_LONG";
}

async function lookIfPossible(
  running: Running,
  inspector: Inspector,
  version: Version,
): Promise<Inspected | undefined> {
  try {
    const inspected = await inspector.inspect(version);
    if (inspected !== undefined) await take(running, inspected);
    return inspected;
  } catch (error) {
    // No text can be that long, and no parser goes that deep.
    if (!(error instanceof RangeError) && !isTooLong(error)) throw error;
    const reason = "it is too large or too deeply nested to be checked";
    running.gathered.unchecked.push({ file: running.shown(version.path), reason });
    return undefined;
  }
}

/** Keeps what was found in one version, and where keys are asked for opens it. */
async function take(running: Running, inspected: Inspected): Promise<void> {
  const { project, request, gathered, shown } = running;
  const { version, content, governed, badAllowances, ...found } = inspected;
  const { path } = version;
  for (const { by, problem } of badAllowances) project.warn(`${by}: ${problem}, so it does not count`);
  gathered.inspected.push({ ...found, version: { ...version, bytes: new Uint8Array() } });
  if (version.commit !== undefined || !isEncryptedContent(content)) return;
  if (content.kind === "age" && governed !== undefined && (await readersAgree(content.header, governed)) === "unknown")
    gathered.unknownReaders.push(shown(path));
  const binary = content.kind === "age" && !content.header.armored;
  if (version.tracked && governed !== undefined) gathered.encrypted.push({ path, binary });
  if (request.verify === true || wantsValues(request)) await open(running, inspected);
}

function wantsValues(request: CheckRequest): boolean {
  return "values" in request && request.values === true;
}

/** For `--verify` and `--values`. */
async function open(running: Running, { content, version }: Inspected): Promise<void> {
  const { project, scope, gathered, hunt, ask, shown } = running;
  const { openedContent } = await import("./context/opened.ts");
  const { path, bytes } = version;
  const opening = await openedContent(project, { root: scope.root, path }, { content, bytes });
  if (opening.status === "shut") {
    gathered.unchecked.push({ file: shown(path), reason: `not opened: ${opening.reason}` });
  } else if (opening.status === "damaged") {
    const isOnlyMac = content.kind === "sops" && opening.opened.problem.at?.line === undefined;
    const mixed = isOnlyMac
      ? await mixedKeys(wholeText(content.document), await formerSides(scope.git, path), path)
      : undefined;
    gathered.others.push(...(await ask("opened", { ...opening.opened, mixed }, { path })));
  } else {
    gathered.verified += 1;
    hunt.add(path, opening.values);
  }
}

/** What is about no single version comes at the end. */
async function whole(running: Running, { frame, rules, inspector }: Framed) {
  const { project, scope, request, gathered, hunt, changes, ask } = running;
  const { encrypted } = gathered;
  const [policies] = frame.policies;
  const inspected = [...gathered.inspected, ...(await changes.findings(ask)), ...(await inspector.finish())];
  const others = [
    ...gathered.others,
    ...(await policyFindings(project, { scope, frame, ask })),
    ...(await treeFindings(project, { scope, policies, encrypted, ask })),
    ...(await linkedPlaintext(project, { scope, policies }, ask)),
    ...(wantsValues(request) ? await hunt.findings(ask) : []),
  ];
  return verdict(running, { inspected, others }, { rules, ask });
}
