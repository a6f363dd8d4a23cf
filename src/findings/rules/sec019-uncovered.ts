/** SEC019: is this an unencrypted secret that the policy was probably meant to cover? */
import { FIRST_SOURCE } from "../../policy/sources/index.ts";
import { isExample, isExempt } from "../../policy/enforcement.ts";
import { placeOfRule } from "../reading/commands.ts";
import type { Draft, FileSubject, Governed, Rule } from "../finding.ts";
import { shellWord } from "../../words/shell.ts";
import { leftoverStem } from "../reading/leftovers.ts";
import { filledSecretPlace, sensitivePlace } from "../reading/sensitivity.ts";

export const sec019: Rule = {
  id: "SEC019",
  title: "secret that no rule covers",
  severity: "warning",
  mark: ({ path, bytes, governs }) => {
    if (!DATA.test(path)) return false;
    return nearRule(path, governs) !== undefined || (STRUCTURED.test(path) && Buffer.from(bytes).includes("Secret"));
  },
  explanation: {
    what: [
      "An unencrypted file without a rule that is a filled Kubernetes Secret,",
      "or whose path a rule misses by a letter: .yml for .yaml, upper case, a directory without its s.",
    ],
    why: ["sops encrypts what a path_regex matches, and says nothing about what it misses."],
    fix: [
      "Let the rule match it, or rename it: git mv FILE NAME && secrets encrypt -i NAME && git add NAME.",
      "If it was pushed, change the secret.",
    ],
    limits: [
      "A warning, because only you know what you meant.",
      "Documentation, examples, tests, fixtures and references to values elsewhere are left out.",
    ],
  },
  file: async (subject) => {
    const { content, path, governed } = subject;
    if (governed !== undefined || content.kind !== "plain" || !DATA.test(path)) return [];
    // Copies are SEC013's.
    if (isExample(path) || TRIED.test(path) || leftoverStem(path) !== undefined) return [];
    return (await missedDraft(subject, content.text)) ?? (await secretDraft(subject, content.text)) ?? [];
  },
};

/** Where repositories keep what only looks like a secret. */
const TRIED = /(?:^|\/)(?:tests?|__tests__|testdata|fixtures?|e2e|mocks?)\//i;

async function missedDraft(subject: FileSubject, text: string | undefined): Promise<Draft[] | undefined> {
  const near = nearRule(subject.path, subject.governs);
  if (near === undefined || isExempt(near.path, near.governed)) return undefined;
  const place = await sensitivePlace(text, near.governed, near.path);
  if (place === undefined) return undefined;
  const [from, to] = [subject.file, subject.show(near.path)].map(shellWord);
  const rule = placeOfRule(near.governed);
  const message = `unencrypted, and no rule covers it, but ${rule} covers ${subject.show(near.path)}`;
  const fix = near.isRenamed
    ? `${subject.tracked ? "git mv" : "mv"} ${from} ${to} && secrets encrypt -i ${to} && git add ${to}`
    : `let the path_regex in ${rule} match ${subject.path}, then: secrets rekey --plan`;
  return [{ severity: "warning", message, place, fix, subject: "missed" }];
}

async function secretDraft(subject: FileSubject, text: string | undefined): Promise<Draft[] | undefined> {
  const place = text === undefined ? undefined : await filledSecretPlace(text, subject.path);
  if (place === undefined) return undefined;
  const word = shellWord(subject.file);
  const message = "a Kubernetes Secret with unencrypted values, and no rule covers it";
  const rule = `add a rule for ${subject.path} to ${subject.policyFile ?? FIRST_SOURCE.name}`;
  const fix = `${rule}, then: secrets encrypt -i ${word} && git add ${word}`;
  return [{ severity: "warning", message, place, fix, subject: "secret" }];
}

/** Endings of files that hold settings. */
const DATA = /(?:^|\/)[^/]*\.(?:ya?ml|json|env|ini|toml|txt|conf|cfg|properties|age|enc)$/i;
const STRUCTURED = /\.(?:ya?ml|json)$/i;
const ENDINGS = ["yaml", "yml", "json", "env", "ini", "age"];
const SPEAKS = /secret|sops|vault|credential|passw|private/i;

interface Near {
  /** POSIX, relative to the root. */
  readonly path: string;
  readonly governed: Governed;
  /** Whether the file would be covered, and read as it is, if it had this path. */
  readonly isRenamed: boolean;
}

/** A path that a rule covers and that differs from this one by a slip. */
function nearRule(path: string, governs: FileSubject["governs"]): Near | undefined {
  for (const { near, isRenamed } of slips(path)) {
    const governed = near === path ? undefined : governs(near);
    if (governed === undefined || governed.enforcement === "never") continue;
    if (!isRenamed && (governed.enforcement !== "always" || isAboutEndings(governed, near))) continue;
    return { path: near, governed, isRenamed };
  }
  return undefined;
}

function* slips(path: string): Generator<{ readonly near: string; readonly isRenamed: boolean }> {
  const lower = path.toLowerCase();
  for (const spelling of [path, lower]) {
    yield { near: spelling, isRenamed: true };
    yield { near: spelling.replace(/\.(ya?)ml$/, (_, ya) => (ya === "ya" ? ".yml" : ".yaml")), isRenamed: true };
  }
  for (const { index } of lower.matchAll(/secret(?=s?\/)/g)) {
    const end = index + "secret".length;
    const rest = lower[end] === "s" ? path.slice(end + 1) : `s${path.slice(end)}`;
    yield { near: path.slice(0, end) + rest, isRenamed: true };
  }
  if (!SPEAKS.test(path)) return;
  const stem = path.replace(/\.[^./]+$/, "");
  for (const ending of ENDINGS) yield { near: `${stem}.${ending}`, isRenamed: false };
}

/** A rule about a kind of file says nothing about other kinds; one about a directory does. */
function isAboutEndings({ policy, ruling }: Governed, path: string): boolean {
  const elsewhere = policy.rule(`elsewhere/${path.slice(path.lastIndexOf("/") + 1)}`);
  return elsewhere?.at.line === ruling.at.line && elsewhere?.at.column === ruling.at.column;
}
