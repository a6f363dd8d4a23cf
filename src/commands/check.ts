/** `secrets check [PATH…]` */
import { SecretsError } from "../errors.ts";
import { counted } from "../words/phrases.ts";
import { formatNamed, formats } from "./check-formats/index.ts";
import {
  counts,
  gravestFirst,
  scopeWords,
  totals,
  type FormatLine,
  type Reported,
  SEVERITIES,
} from "./check-formats/format.ts";
import { flag, listOption, textOption, type CommandSpec, type Context, type Invocation } from "./command.ts";
import { unknownReadersLine } from "./readers-text.ts";
import type { CheckMode, CheckReport, CheckRequest, Project, Severity } from "../index.ts";

const NAMES = formats.map(({ name }) => name).join(", ");

export const check: CommandSpec = {
  name: "check",
  group: "Look",
  summary: "verify without a key that what git would publish matches the policy and that no secret is unencrypted",
  words: ["[paths...]"],
  options: [
    { flags: "--staged", description: "check what is staged, as it would be committed" },
    { flags: "--range <range>", description: "check every commit of A..B, under the policies of both ends" },
    { flags: "--history", description: "check every commit reachable from a branch, a tag or the stash" },
    { flags: "--stdin", description: "check standard input, as if it were --filename" },
    { flags: "--filename <path>", description: "the path that standard input stands for" },
    { flags: "--verify", description: "also open the files with your identities and verify them" },
    { flags: "--values", description: "also look for current values of secrets in all other tracked files" },
    {
      flags: "--fail-on <severity>",
      description: "exit 1 from this severity up: critical, error, warning or note (default: error)",
    },
    {
      flags: "--show-ignored",
      description: "also show allowed findings, with their reasons (sarif always does, gitlab never)",
    },
    {
      flags: "--baseline <file>",
      description: "leave out the findings in this file (default: the baseline of .secrets-check.yaml)",
    },
    {
      flags: "--write-baseline <file>",
      description: "write the findings to such a file, so that later only new ones count, by path and key",
    },
    {
      flags: "--format <name>",
      description: `${NAMES} (default: text; in GitHub Actions github, which adds a job summary)`,
    },
    {
      flags: "--output <format:file>",
      description: "also write a report to a file, as in sarif:secrets.sarif (repeatable)",
      repeatable: true,
    },
    { flags: "--json", description: "the same as --format json" },
  ],
  examples: [
    ["secrets check", "the working tree: tracked files, and untracked ones that are not ignored"],
    ["secrets check --staged", "in a commit hook"],
    ["secrets check --range origin/main..HEAD --output sarif:secrets.sarif", "in CI, for a pull request"],
    [
      "secrets check --write-baseline known.json",
      "in an old repository: later, --baseline known.json leaves these out",
    ],
    ["secrets explain 1", "what a finding means and how to fix it"],
  ],
  run: async (context, invocation) => {
    const failOn = severityOption(invocation);
    const format = formatOption(context, invocation);
    const outputs = outputOptions(invocation);
    const project = await context.project();
    const baseline = textOption(invocation, "writeBaseline");
    const files = [...outputs.map(({ file }) => file), ...(baseline === undefined ? [] : [baseline])];
    if (files.length > 0) await context.library.requireReportFiles(project, files);
    const report = await context.library.check(project, requestOf(invocation));
    const reported: Reported = {
      report,
      rules: context.library.checkRules,
      failOn,
      showIgnored: flag(invocation, "showIgnored"),
      words: { bad: context.bad, dim: context.dim },
      version: context.version,
    };
    // Before standard output, whose reader may be gone before the end.
    const written = await writeOutputs({ context, project, reported }, outputs);
    if (format.name === "github") await addSummary({ context, project, reported });
    const text = await (await format.load())(reported);
    if (text !== "") await context.out(text);
    if (report.unknownReaders.length > 0) context.note(unknownReadersLine(report.unknownReaders));
    context.note(lastLine(report));
    if (baseline !== undefined) context.note(baselineLine(context, report, baseline));
    const [gravest] = gravestFirst(report.findings);
    if (format.name === "text" && gravest !== undefined) {
      context.note(`for details, and how to allow it: secrets explain ${gravest.rule}`);
    }
    return exitCode(report, failOn, written);
  },
};

function requestOf(invocation: Invocation): CheckRequest {
  const mode = modeOf(invocation);
  const values = flag(invocation, "values");
  const isTree = mode.mode === "tree";
  for (const name of ["config", "rules"]) {
    if (textOption(invocation, name) === undefined || isTree || mode.mode === "stdin") continue;
    throw usage(`--${name} works for the working tree only: commits are checked against their own policies`);
  }
  if (values && !isTree) throw usage("--values works for the working tree only");
  return {
    ...mode,
    ...(values ? { values } : {}),
    paths: invocation.words,
    verify: flag(invocation, "verify"),
    baseline: textOption(invocation, "baseline"),
    writeBaseline: textOption(invocation, "writeBaseline"),
  };
}

function modeOf(invocation: Invocation): CheckMode {
  const [range, path] = [textOption(invocation, "range"), textOption(invocation, "filename")];
  if (flag(invocation, "stdin") !== (path !== undefined)) {
    throw usage("--stdin and --filename need each other", "secrets check --stdin --filename secrets/app.yaml");
  }
  const [mode = { mode: "tree" }, second] = [
    ...(flag(invocation, "staged") ? [{ mode: "staged" } as const] : []),
    ...(range === undefined ? [] : [{ mode: "range", range } as const]),
    ...(flag(invocation, "history") ? [{ mode: "history" } as const] : []),
    ...(path === undefined ? [] : [{ mode: "stdin", path } as const]),
  ];
  if (second === undefined) return mode;
  throw usage("--staged, --range, --history and --stdin cannot be combined", "run secrets check once for each");
}

function severityOption(invocation: Invocation): Severity {
  const text = textOption(invocation, "failOn") ?? "error";
  const found = SEVERITIES.find((severity) => severity === text);
  if (found !== undefined) return found;
  throw usage("--fail-on takes critical, error, warning or note", "secrets check --fail-on warning");
}

function formatOption(context: Context, invocation: Invocation): FormatLine {
  const inActions = context.host.env["GITHUB_ACTIONS"] === "true" && !context.host.terminal.stdoutIsTerminal;
  const asked = textOption(invocation, "format");
  if (!flag(invocation, "json")) return named(asked ?? (inActions ? "github" : "text"));
  if (asked === undefined || asked === "json") return named("json");
  throw usage("--json and another --format cannot be combined", "secrets check --output sarif:secrets.sarif");
}

function named(name: string): FormatLine {
  const format = formatNamed(name);
  if (format !== undefined) return format;
  throw usage(`unknown report format; use one of ${NAMES}`, "secrets check --format sarif");
}

interface Output {
  readonly format: FormatLine;
  readonly file: string;
}

function outputOptions(invocation: Invocation): Output[] {
  return listOption(invocation, "output").map((text) => {
    const colon = text.indexOf(":");
    const file = text.slice(colon + 1);
    if (colon > 0 && file !== "") return { format: named(text.slice(0, colon)), file };
    throw usage("--output takes FORMAT:FILE", "secrets check --output sarif:secrets.sarif");
  });
}

function usage(message: string, hint?: string): Error {
  return new SecretsError("usage", message, { hint });
}

interface Writing {
  readonly context: Context;
  readonly project: Project;
  readonly reported: Reported;
}

/** @returns whether all of them could be written. */
async function writeOutputs({ context, project, reported }: Writing, outputs: readonly Output[]): Promise<boolean> {
  let all = true;
  for (const { format, file } of outputs) {
    const text = await (await format.load())(plain(reported));
    const isWritten = await tried(context, file, () =>
      context.library.writeReport(project, file, { text, append: false }),
    );
    all &&= isWritten;
  }
  return all;
}

/** How many bytes GitHub takes for the summary of a step: 1 MiB. */
const SUMMARY_LIMIT = 1 << 20;

/** Nobody asked for it, so that nothing depends on it. */
async function addSummary({ context, project, reported }: Writing): Promise<void> {
  const file = context.host.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file === "") return;
  const { summary } = await import("./check-formats/github.ts");
  await tried(context, file, async () => {
    const there = await context.host.files.stat(project.resolve(file)).catch(() => undefined);
    const text = summary(plain(reported), SUMMARY_LIMIT - (there?.size ?? 0));
    await context.library.writeReport(project, file, { text, append: true });
  });
}

/** @returns whether it went well; what did not is said. */
async function tried(context: Context, file: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof SecretsError && error.code !== "interrupted") {
      context.fail(error.with({ at: { file } }));
      return false;
    }
    throw error;
  }
}

function plain(reported: Reported): Reported {
  return { ...reported, words: { bad: same, dim: same } };
}

function same(text: string): string {
  return text;
}

function lastLine(report: CheckReport): string {
  const { findings, ignored, unchecked, verified } = report;
  return [
    `${totals(findings)} ${scopeWords(report)}`,
    ...(verified > 0 ? [`${verified} opened and verified`] : []),
    ...(ignored.length > 0 ? [`${ignored.length} allowed`] : []),
    ...(unchecked.length > 0 ? [`${unchecked.length} not checked`] : []),
  ].join(", ");
}

function baselineLine(context: Context, { ignored }: CheckReport, file: string): string {
  const written = ignored.filter(({ by }) => by === file).length;
  const line = `${context.dryRun ? "would have written" : "wrote"} ${counted(written, "finding")} to ${file}`;
  return `${line}; commit it, and name it in .secrets-check.yaml: baseline: ${file}`;
}

/** Findings that count come first: an incomplete look does not make them smaller. */
function exitCode({ findings, unchecked }: CheckReport, failOn: Severity, written: boolean): number {
  if (findings.some((finding) => counts(finding, failOn))) return 1;
  return unchecked.length > 0 || !written ? 2 : 0;
}
