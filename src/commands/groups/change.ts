/** What do the verbs of `secrets groups` share? */
import { flag, outcomeLine, textOption, type Context, type Invocation, type OptionSpec } from "../command.ts";
import { SecretsError } from "../../errors.ts";
import { shared, thresholdNumber } from "../options.ts";

export const groupOptions: readonly OptionSpec[] = [
  { flags: "-f, --file <file>", description: "the file, as in sops" },
  shared.inPlace,
  { flags: "--shamir-secret-sharing-threshold <n>", description: "how many key groups are needed from now on" },
  shared.inputType,
  { flags: "--allow-lockout", description: "write even if you could not open the result" },
  shared.acceptReaders,
];

/** The file, which is the first word unless `--file` names it, and the other words. @throws SecretsError `usage` */
export function fileAndWords(invocation: Invocation): readonly [string, readonly string[]] {
  const file = textOption(invocation, "file");
  if (file !== undefined) return [file, invocation.words];
  const [first, ...words] = invocation.words;
  if (first === undefined) throw new SecretsError("usage", "no file given");
  return [first, words];
}

export async function change(
  context: Context,
  invocation: Invocation,
  { file, ...groups }: { readonly file: string; readonly add?: readonly string[]; readonly remove?: readonly number[] },
): Promise<number> {
  const outcome = await context.library.changeGroups(await context.project(), file, {
    ...groups,
    threshold: thresholdNumber(invocation),
    options: { allowLockout: flag(invocation, "allowLockout"), inputType: textOption(invocation, "inputType") },
  });
  const line = outcomeLine(context, outcome.status, outcome.file);
  context.note(
    `${line}: ${outcome.groups === 1 ? "one key group" : `${outcome.groups} key groups, ${outcome.needed} needed`}`,
  );
  return 0;
}
