/** How are the readers of a file put into words? What `ls`, `who` and `rekey` share. */
import { listed } from "../words/phrases.ts";
import type { SecretReport } from "../index.ts";
import type { Context } from "./command.ts";
import { visible } from "../words/visible.ts";

/** `up to date`, `differs`, `readers unknown`, or `no rule`; without colour and with it. */
export function agreementCell(
  context: Context,
  report: SecretReport,
): { readonly plain: string; readonly shown: string } {
  switch (report.agreement?.status) {
    case "agree":
      return { plain: "up to date", shown: context.good("up to date") };
    case "differ":
      return { plain: "differs", shown: context.bad("differs") };
    case "unknown":
      return { plain: "readers unknown", shown: "readers unknown" };
    case undefined: {
      const word = report.format === undefined ? "not created" : report.rule === undefined ? "no rule" : "";
      return { plain: word, shown: word };
    }
  }
}

/** `opens for alice, bob`; of several key groups, how many it takes and who is in each. */
export function readersLine(report: SecretReport): string {
  return report.declared?.groups === undefined
    ? `opens for ${readerNames({ ...report, rule: undefined }) || "nobody known"}`
    : readerNames(report);
}

/** The readers that the file declares, else those that the policy names, else how many there are. */
export function readerNames(report: SecretReport): string {
  const { declared } = report;
  if (declared?.groups !== undefined) {
    const { needed, names } = declared.groups;
    const groups = names.map((group) => `(${group.join(", ") || "nobody known"})`).join(" ");
    const mine = report.opensGroups === undefined ? "" : `; yours opens ${report.opensGroups}`;
    return `needs ${needed} of ${names.length} key groups: ${groups}${mine}`;
  }
  const known = declared === undefined ? [] : [...declared.names, ...declared.others];
  if (known.length > 0) return known.join(", ");
  return report.rule?.readers.map((reader) => reader.name).join(", ") ?? "";
}

/** Who is added and who is removed, a line each. */
export function differenceText(context: Context, difference: readonly string[]): string {
  const painted = difference.map((line) => (line.startsWith("+") ? context.good : context.bad)(visible(line)));
  return painted.map((line) => `    ${line}\n`).join("");
}

const MOST_NAMED = 5;

/** That nobody without a key can compare the readers of these files with the policy; the first few of many by name. */
export function unknownReadersLine(files: readonly string[]): string {
  const named = listed(files.map(visible), MOST_NAMED);
  return `the readers of ${named} are unknown without a key, so they were not compared with the policy`;
}
