/** `secrets rekey [PATH…]` */
import { counted } from "../words/phrases.ts";
import { flag, jsonText, outcomeLine, type CommandSpec, type Context, type Invocation } from "./command.ts";
import { shared } from "./options.ts";
import { differenceText, unknownReadersLine } from "./readers-text.ts";
import { visible } from "../words/visible.ts";
import type { PlannedFile, RekeyOutcome } from "../index.ts";

export const rekey: CommandSpec = {
  name: "rekey",
  group: "Team",
  summary: "re-encrypt every secret file (or these) that differs from the policy, all or nothing",
  words: ["[paths...]"],
  options: [
    { flags: "--plan", description: "only show what would change, per person and file; needs no key" },
    shared.checkReaders,
    { flags: "--force", description: "re-encrypt the files that are up to date, too" },
    { flags: "--skip-unreadable", description: "skip files that cannot be opened here (exit 1)" },
    shared.allowClear,
    shared.acceptReaders,
    shared.allowLockout,
    shared.json,
  ],
  examples: [
    ["secrets rekey --plan", "after the policy changed: who gains and who loses what"],
    ["secrets rekey", "do it"],
    ["secrets rekey --check", "in CI"],
  ],
  run: async (context, invocation) => {
    const options = {
      force: flag(invocation, "force"),
      skipUnreadable: flag(invocation, "skipUnreadable"),
      allowLockout: flag(invocation, "allowLockout"),
      allowClear: flag(invocation, "allowClear"),
    };
    const project = await context.project();
    if (flag(invocation, "plan") || flag(invocation, "check")) {
      return look(context, invocation, await context.library.planRekey(project, invocation.words, options));
    }
    return done(context, invocation, await context.library.rekey(project, invocation.words, options));
  },
};

async function look(context: Context, invocation: Invocation, planned: readonly PlannedFile[]): Promise<number> {
  const drifted = planned.filter((plan) => plan.agreement?.status === "differ");
  if (flag(invocation, "json")) await context.out(jsonText({ planned }));
  else {
    for (const plan of planned) await context.out(planText(context, plan));
    for (const line of drifted.length > 1 ? personLines(drifted) : []) await context.out(`${visible(line)}\n`);
    context.note(`${counted(drifted.length, "file")} of ${planned.length} differ from the policy`);
    const unknown = planned.filter((plan) => plan.agreement?.status === "unknown").map(({ file }) => file);
    if (unknown.length > 0) context.note(unknownReadersLine(unknown));
  }
  return flag(invocation, "check") && drifted.length > 0 ? 1 : 0;
}

/** In how many files somebody gains access, loses it, or has another key. */
function personLines(drifted: readonly PlannedFile[]): string[] {
  const files = new Map<string, number>();
  for (const { agreement } of drifted) {
    const people = [
      ...(agreement?.changed ?? []).map(({ name }) => `~ ${name}`),
      ...(agreement?.missing ?? []).map((name) => `+ ${name}`),
      ...(agreement?.extra ?? []).map((name) => `- ${name}`),
    ];
    for (const person of people) files.set(person, (files.get(person) ?? 0) + 1);
  }
  return [...files].map(([person, number]) => `${person}: ${counted(number, "file")}`);
}

function planText(context: Context, plan: PlannedFile): string {
  return `${visible(plan.file)}: ${planWord(plan)}\n${differenceText(context, plan.difference)}`;
}

function planWord(plan: PlannedFile): string {
  switch (plan.action) {
    case "keep":
      return "up to date";
    case "no rule":
      return "no rule, skipped";
    case "passphrase":
      return "encrypted with a passphrase, skipped";
    case "stuck":
      return `skipped: ${plan.reason ?? ""}`;
    case "re-encrypt":
      return plan.agreement?.status === "unknown" ? "readers unknown, will be re-encrypted" : "will be re-encrypted";
  }
}

async function done(context: Context, invocation: Invocation, outcome: RekeyOutcome): Promise<number> {
  const of = (action: PlannedFile["action"]) => outcome.planned.filter((plan) => plan.action === action).length;
  if (flag(invocation, "json")) await context.out(jsonText(outcome));
  for (const file of outcome.written) context.note(outcomeLine(context, "re-encrypted", file));
  const stuck = outcome.planned.filter((plan) => plan.action === "stuck");
  for (const { file, reason } of [...outcome.skipped, ...stuck]) context.say(`skipped ${file}: ${reason ?? ""}`);
  context.note(
    `${counted(outcome.written.length, "file")} ${context.dryRun ? "to re-encrypt" : "re-encrypted"}, ${of("keep")} up to date${leftOut(of("no rule"), "without a rule")}${leftOut(of("passphrase"), "encrypted with a passphrase")}`,
  );
  return outcome.skipped.length + stuck.length > 0 || outcome.planned.some(isPartial) ? 1 : 0;
}

/** Whether readers are named for it whom only sops can add. */
export function isPartial({ action, agreement }: PlannedFile): boolean {
  return action === "re-encrypt" && (agreement?.missingForeign ?? []).length > 0;
}

/** What was left alone is said, so that nobody takes it for done. */
function leftOut(number: number, why: string): string {
  return number === 0 ? "" : `, ${number} ${why}`;
}
