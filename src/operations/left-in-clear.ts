/**
 * Which values that are encrypted now would the rule leave in clear?
 *
 * Found without a key, from the selection that the file has and the one that the rule asks for. Every verb that brings a sops
 * document to the policy asks here before anything is typed or written.
 */
import { looksSealed } from "../crypto/value-cipher.ts";
import type { SopsDocument } from "../documents/sops-document.ts";
import {
  compileSelection,
  sameSettings,
  type SelectsPath,
  type SelectionSettings,
} from "../documents/sops-selection.ts";
import { SecretsError } from "../errors.ts";
import { wantedSettings } from "../findings/wanted-settings.ts";
import type { Leaf } from "../formats/format.ts";
import { stepsText } from "../formats/place.ts";
import { textOfScalar } from "../formats/scalar.ts";
import type { Ruling } from "../policy/policy.ts";
import type { Agreement } from "./readers.ts";
import type { Ruled } from "./rule.ts";

/** Their key paths, in the order of the file. */
export async function leftInClear({ metadata, parsed }: SopsDocument, ruling: Ruling): Promise<string[]> {
  const wanted = wantedSettings(ruling);
  if (sameSettings(metadata.settings, wanted)) return [];
  const [seals, shallSeal] = await Promise.all([selectionOf(metadata.settings), selectionOf(wanted)]);
  if (seals === undefined || shallSeal === undefined) return [];
  const isOpened = ({ path, otherPaths, scalar }: Leaf) =>
    looksSealed(textOfScalar(scalar) ?? "") && [path, ...otherPaths].some(seals);
  return [...new Set(parsed.leaves.filter((leaf) => isOpened(leaf) && !shallSeal(leaf.path)).map(nameOf))];
}

/** Undefined for a selection that nobody here can go by: such a file is neither opened nor sealed. */
async function selectionOf(settings: SelectionSettings): Promise<SelectsPath | undefined> {
  try {
    return await compileSelection(settings);
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

function nameOf({ kind, steps }: Leaf): string {
  const key = stepsText(steps) || "the top level";
  return kind === "comment" ? `a comment in ${key}` : key;
}

/** A file that is about to be brought to the policy. */
interface Settling {
  /** As it is shown. */
  readonly file: string;
  readonly ruled: Ruled;
  readonly difference: Agreement | undefined;
}

/** @throws SecretsError `refused`, naming the values of all these files by their keys */
export function refuseLeavingClear(files: readonly Settling[], allowed: boolean | undefined): void {
  if (allowed === true) return;
  const found = files.flatMap(({ file, ruled, difference }) =>
    difference === undefined || difference.leftInClear.length === 0
      ? []
      : [{ file, ruling: ruled.ruling, keys: difference.leftInClear.join(", ") }],
  );
  const [first, ...others] = found;
  if (first === undefined) return;
  const { at } = first.ruling;
  const setting = wantedSettings(first.ruling).rule?.name ?? "the selection";
  throw new SecretsError("refused", `the rule would leave in clear what is encrypted now: ${first.keys}`, {
    at: { file: first.file },
    notes: [...others.map(({ file, keys }) => `and in ${file}: ${keys}`), "nothing was written"],
    hint: `mend ${setting} in ${[at.file, at.line].filter((part) => part !== undefined).join(":")}; if these are no secrets: the same command with --allow-clear`,
  });
}
