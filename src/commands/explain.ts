/** `secrets explain [SECnnn]` */
import { firstWord, type CommandSpec, type Context } from "./command.ts";
import type { RuleInfo } from "../index.ts";

export const explain: CommandSpec = {
  name: "explain",
  group: "Look",
  summary: "say what a finding of check means, why it matters, how to mend it and where its limits are",
  words: ["[rule]"],
  options: [],
  examples: [
    ["secrets explain SEC004", "one rule"],
    ["secrets explain", "all of them, a line each"],
  ],
  run: async (context, invocation) => {
    const rules = await context.library.checkRules();
    const id = firstWord(invocation).toUpperCase();
    if (id === "") {
      for (const rule of rules) await context.out(`${rule.id}  ${rule.severity.padEnd(8)}  ${rule.title}\n`);
      return 0;
    }
    const rule = rules.find((each) => each.id === id);
    if (rule === undefined) {
      throw new context.library.SecretsError("usage", "there is no such rule", {
        hint: `secrets explain lists them: ${rules[0]?.id ?? ""} to ${rules.at(-1)?.id ?? ""}`,
      });
    }
    await context.out(page(context, rule));
    return 0;
  },
};

function page(context: Context, { id, title, severity, needsKey, explanation }: RuleInfo): string {
  const { what, why, mend, limits } = explanation;
  const head = `${id}: ${title} (${severity}${needsKey ? ", needs a key" : ""})\n`;
  const parts = [
    ["What", what],
    ["Why", why],
    ["Mend", mend],
    ["Limits", limits],
  ] as const;
  return head + parts.map(([name, body]) => `\n${context.dim(name)}\n${wrapped(body)}`).join("");
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
