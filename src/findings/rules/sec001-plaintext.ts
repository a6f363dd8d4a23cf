/** SEC001: is a file unencrypted that the policy wants encrypted? */
import { shellWord } from "../../words/shell.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { DEFAULT_RULE } from "../../documents/sops/selection.ts";
import { formatOfPath } from "../../formats/index.ts";
import { isExempt } from "../../policy/enforcement.ts";
import { appending, ignoreLine, placeOfRule } from "../reading/commands.ts";
import type { Draft, Rule, FileSubject, Governed } from "../finding.ts";
import { strayPlace } from "./sec005-structure.ts";
import { isLeftover, leftoverStem } from "../reading/leftovers.ts";
import { sensitivePlace, unselectedValues } from "../reading/sensitivity.ts";
import type { Place } from "../../text/places.ts";

export const sec001: Rule = {
  id: "SEC001",
  title: "plaintext where the policy wants ciphertext",
  severity: "error",
  tells: "plaintext",
  explanation: {
    what: ["A rule of the policy requires this path to be encrypted, and nothing in the file is."],
    why: ["Whoever can read the repository, or any clone ever made of it, can read the secret."],
    fix: [
      "Not committed yet: secrets encrypt -i FILE && git add FILE",
      "Committed, not pushed: encrypt it in the same commit, with git commit --amend or git rebase -i.",
      "Pushed: change the secret itself; encrypting it now does not remove it from the history.",
      "dotenv, INI and binary files: secrets encrypt FILE -o FILE.age, and ignore the plaintext.",
    ],
    limits: [
      "Paths under `secrets:` and rules with a narrow path_regex require it; `enforce` decides explicitly.",
      "Under a broad rule only sensitive content counts: a filled Kubernetes Secret, or a selected key.",
      "References (${VAR}, {{ … }}, op://…), documentation, examples and public keys are left out.",
    ],
  },
  file: async (subject) => {
    const place = await plaintextPlace(subject);
    return place === undefined || subject.governed === undefined ? [] : [await draft(subject, subject.governed, place)];
  },
  link: async ({ path, file, target, text, governed }) => {
    if (isExempt(path, governed) || (await sensitivePlace(text, governed, path)) === undefined) return [];
    const [link, led] = [file, target].map(shellWord);
    const message = `a symlink at a path that the policy wants encrypted leads to plaintext in ${target} (${placeOfRule(governed)})`;
    const fix = `rm ${link} && git mv ${led} ${link} && secrets encrypt -i ${link} && git add ${link}`;
    return [{ severity: "error", message, fix, subject: "link" }];
  },
  // Whatever the policy says of the path: that it is a secret was said by whoever encrypted it. `sops decrypt -i` and a commit
  // are the commonest accident, and under a broad rule nothing else tells it.
  change: ({ file, now, before, governed, isTold }) => {
    const wasSealed = before.flat().some(({ kind }) => kind !== "plain");
    if (now.kind !== "plain" || !wasSealed || governed?.enforcement === "never" || isTold) return [];
    const message = "it was encrypted before and is now unencrypted";
    const fix = `secrets encrypt -i ${shellWord(file)} && git add ${shellWord(file)}`;
    return [{ severity: "error", message, place: { line: 1, column: 1 }, fix, subject: "decrypted" }];
  },
};

async function plaintextPlace(subject: FileSubject) {
  const { content, governed, path } = subject;
  if (governed === undefined || content.kind !== "plain") return undefined;
  // A copy is judged as what it is a copy of.
  const meant = leftoverStem(path)?.copyOf ?? path;
  if (isExempt(path, governed) || isExempt(meant, governed)) return undefined;
  // Said more exactly by others: SEC005 (which is not asked under the policy of the other end of a range), and SEC013 for
  // copies that a tool left behind.
  if (governed.origin === undefined && (await strayPlace(subject)) !== undefined) return undefined;
  if (governed.ruling.kind !== "secrets" && (await isLeftover(subject))) return undefined;
  if (path.endsWith(".age") && governed.enforcement === "when-sensitive") return undefined;
  return sensitivePlace(content.text, governed, meant);
}

async function draft(subject: FileSubject, governed: Governed, place: Place): Promise<Draft> {
  const whose = governed.origin ?? "the policy";
  const { content, path } = subject;
  const text = content.kind === "plain" ? content.text : undefined;
  // A rule that would encrypt nothing in it is refused by `encrypt`.
  const isIdle = (await unselectedValues(text, governed.ruling, path)) !== undefined;
  const setting = (wantedSettings(governed.ruling).rule ?? DEFAULT_RULE).name;
  const before = [
    ...(governed.origin === undefined ? [] : [`put the rule back (${placeOfRule(governed)})`]),
    ...(isIdle ? [`change ${setting} in ${placeOfRule(governed)}, which would encrypt nothing`] : []),
  ];
  const message = `plaintext at a path that ${whose} wants encrypted (${placeOfRule(governed)})`;
  return { severity: "error", message, place, fix: [...before, fixFor(subject)].join(", then: ") };
}

/** In place where there is a format for it, else as an age file beside it. */
function fixFor({ file, path, tracked, governs, show }: FileSubject): string {
  const word = shellWord(file);
  const format = formatOfPath(path);
  if (path.endsWith(".age") || format !== undefined) {
    return `secrets encrypt -i ${word} && git add ${word}`;
  }
  const sealed = shellWord(`${file}.age`);
  const commands = [
    `secrets encrypt ${word} -o ${sealed}`,
    ...(tracked ? [`git rm --cached ${word}`] : []),
    // Nobody knows here how the file ends.
    appending({ file: show(".gitignore"), isCut: true }, [ignoreLine(path)]),
    `git add ${sealed}`,
  ].join(" && ");
  return governs(`${path}.age`) === undefined ? `add a rule for ${sealed} to the policy, then: ${commands}` : commands;
}
