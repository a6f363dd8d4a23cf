/** `secrets explain [SECnnn]` */
import { firstWord, flag, type CommandSpec, type Context } from "./command.ts";
import type { RuleInfo } from "../index.ts";

export const explain: CommandSpec = {
  name: "explain",
  group: "Look",
  summary: "say what a finding of check means, why it matters, how to mend it and where its limits are",
  words: ["[rule]"],
  options: [{ flags: "--json", description: "for programs: one object with a version" }],
  examples: [
    ["secrets explain SEC004", "one rule"],
    ["secrets explain", "all of them, a line each"],
  ],
  run: async (context, invocation) => {
    const rules = await context.library.checkRules();
    const word = firstWord(invocation).trim();
    const rule = word === "" ? undefined : ruleOf(context, rules, word);
    if (flag(invocation, "json")) await context.out(json(rule === undefined ? rules : [rule]));
    else await context.out(rule === undefined ? list(rules) : page(context, rule));
    return 0;
  },
};

/** @param word an id in any case, or its number. */
function ruleOf(context: Context, rules: readonly RuleInfo[], word: string): RuleInfo {
  const number = /^(?:sec)?0*(\d{1,3})$/i.exec(word)?.[1];
  const rule = rules.find(({ id }) => id === `SEC${number?.padStart(3, "0")}`);
  if (rule !== undefined) return rule;
  const alike = rules.filter(({ title }) => title.toLowerCase().includes(word.toLowerCase()));
  throw new context.library.SecretsError("usage", `there is no rule ${word}`, {
    hint:
      alike.length === 0
        ? `they go from ${rules[0]?.id ?? ""} to ${rules.at(-1)?.id ?? ""}: secrets explain`
        : `did you mean ${alike.map(({ id, title }) => `${id} (${title})`).join(" or ")}?`,
  });
}

function list(rules: readonly RuleInfo[]): string {
  return rules.map(({ id, severity, title }) => `${id}  ${severity.padEnd(8)}  ${title}\n`).join("");
}

function json(rules: readonly RuleInfo[]): string {
  const fields = rules.map(({ explanation, ...rule }) => ({ ...rule, ...explanation }));
  return `${JSON.stringify({ version: 1, rules: fields }, null, 2)}\n`;
}

function page(context: Context, { id, title, severity, needsKey, explanation }: RuleInfo): string {
  const { what, why, mend, limits } = explanation;
  const head = `${id}: ${title} (${severity}${needsKey ? ", needs a key" : ""})\n`;
  const parts = [
    ["What", what],
    ["Why", why],
    ["Mend", mend],
    ["Limits", limits],
    ["Allow", allowing(id)],
  ] as const;
  return head + parts.map(([name, body]) => `\n${context.dim(name)}\n${wrapped(body)}`).join("");
}

/** The same for every rule. */
function allowing(id: string): string {
  return (
    `In a comment of the file: secrets:allow ${id} reason="…" (and until=YYYY-MM-DD, its last day, if it has one). ` +
    `For a file without comments in .secrets-check.yaml: allow: [{ rule: ${id}, paths: [PATH], reason: "…" }].`
  );
}

const WIDTH = 96;

function wrapped(body: string): string {
  let [text, line] = ["", "   "];
  for (const word of body.split(" ")) {
    if (line.length + 1 + word.length > WIDTH) {
      text += `${line}\n`;
      line = "   ";
    }
    line += ` ${word}`;
  }
  return `${text}${line}\n`;
}
