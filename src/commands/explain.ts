/** `secrets explain [SECnnn]` */
import { SecretsError } from "../errors.ts";
import { firstWord, flag, jsonText, type CommandSpec, type Context } from "./command.ts";
import type { RuleInfo } from "../index.ts";

export const explain: CommandSpec = {
  name: "explain",
  group: "Look",
  summary: "explain a finding of check: what it means, why it matters, how to fix it, and its limits",
  words: ["[rule]"],
  options: [{ flags: "--json", description: "print JSON" }],
  examples: [
    ["secrets explain 4", "one rule, by its id or its number"],
    ["secrets explain", "all of them, a line each"],
  ],
  run: async (context, invocation) => {
    const rules = await context.library.checkRules();
    const word = firstWord(invocation).trim();
    const rule = word === "" ? undefined : ruleOf(rules, word);
    if (flag(invocation, "json")) await context.out(json(rule === undefined ? rules : [rule]));
    else await context.out(rule === undefined ? list(rules) : page(context, rule));
    return 0;
  },
};

/** @param word an id in any case, or its number. */
function ruleOf(rules: readonly RuleInfo[], word: string): RuleInfo {
  const number = /^(?:sec)?0*(\d{1,3})$/i.exec(word)?.[1];
  const rule = rules.find(({ id }) => id === `SEC${number?.padStart(3, "0")}`);
  if (rule !== undefined) return rule;
  const alike = rules.filter(({ title }) => title.toLowerCase().includes(word.toLowerCase()));
  throw new SecretsError("usage", `unknown rule ${word}`, {
    hint:
      alike.length === 0
        ? `the rules are ${rules[0]?.id ?? ""} to ${rules.at(-1)?.id ?? ""}: secrets explain`
        : `did you mean ${alike.map(({ id, title }) => `${id} (${title})`).join(" or ")}?`,
  });
}

function list(rules: readonly RuleInfo[]): string {
  return rules.map(({ id, severity, title }) => `${id}  ${severity.padEnd(8)}  ${title}\n`).join("");
}

function json(rules: readonly RuleInfo[]): string {
  const fields = rules.map(({ explanation, ...rule }) => ({ ...rule, ...explanation }));
  return jsonText({ rules: fields });
}

function page(context: Context, { id, title, severity, needsKey, explanation }: RuleInfo): string {
  const head = `${id}: ${title} (${severity}${needsKey ? ", needs a key" : ""})\n`;
  const parts = Object.entries({ ...explanation, allow: allowing(id) });
  const titled = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const told = parts.map(
    ([name, lines]) => `\n${context.dim(titled(name))}\n${lines.map((line) => `    ${line}\n`).join("")}`,
  );
  return `${head}${told.join("")}\nMore: docs/check.md\n`;
}

/** The same for every rule. */
function allowing(id: string): string[] {
  return [
    `In a comment of the file: secrets:allow ${id} reason="…", and until=YYYY-MM-DD if it should expire.`,
    `Without comments, in .secrets-check.yaml: allow: [{ rule: ${id}, paths: [PATH], reason: "…" }]`,
  ];
}
