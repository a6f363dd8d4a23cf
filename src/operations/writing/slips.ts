/**
 * May a write leave these values unencrypted?
 *
 * Asked of every text that is about to become a sops document, whichever verb brings it.
 */
import { lineText, listed } from "../../words/phrases.ts";
import { shellWord } from "../../words/shell.ts";
import { DEFAULT_RULE, pathSelection, type SelectionSettings } from "../../documents/sops/selection.ts";
import type { OpenedDocument } from "../../documents/sops/document.ts";
import { SecretsError, type Position } from "../../errors.ts";
import { leavesOf, selectedKeys, slipsIn, type Slip, type Written } from "../../findings/reading/slips.ts";
import type { Project } from "../project/project.ts";

export interface SlipRequest {
  /** As it is shown. */
  readonly file: string;
  readonly before: OpenedDocument | undefined;
  readonly isOneValue: boolean;
  readonly allowClear: boolean | undefined;
  /** Where the rule stands, if one decided. */
  readonly rule: Position | undefined;
}

/**
 * @returns what a sealing calls with the document that it made
 * @throws SecretsError `refused`, naming the keys and what was probably meant
 */
export function refusingSlips(project: Project, request: SlipRequest): (after: OpenedDocument) => Promise<void> {
  return async (after) => {
    const { before, isOneValue } = request;
    const { settings } = after.metadata;
    const written: Written = { before: before?.leaves, after: after.leaves, settings, isOneValue };
    const slips = await slipsIn(written);
    const refused = slips.filter(({ why }) => why !== "new");
    if (refused.length > 0 && request.allowClear !== true) throw await refusal(request, written, refused);
    const told = before === undefined || isOneValue ? [] : slips;
    if (told.length > 0) {
      project.tell(`${request.file}: not encrypted by ${settingsText(settings)}: ${keysOf(told)}`);
    }
  };
}

async function refusal(request: SlipRequest, written: Written, slips: readonly Slip[]): Promise<SecretsError> {
  const { file, rule } = request;
  const { settings } = written;
  const [first] = slips;
  const selects = await pathSelection(settings);
  const selected = selects === undefined ? [] : selectedKeys(leavesOf(written), settings, selects);
  const meant = slips.find((slip) => slip.meant !== undefined)?.meant;
  const place = rule === undefined ? "" : ` in ${lineText(rule)}`;
  return new SecretsError("refused", `${WHY[first?.why ?? "given"]}: ${keysOf(slips)}`, {
    at: { file },
    notes: [
      `${settingsText(settings)}${place} does not encrypt ${slips.length === 1 ? "it" : "them"}`,
      ...(selected.length > 0 && meant === undefined ? [`it encrypts: ${listed(selected, MOST_NAMED)}`] : []),
      "nothing was written",
    ],
    hint: `${fixFor(request, settings, slips)} if it is not a secret, repeat with --allow-clear`.trim(),
  });
}

/** What to do where it is a secret; "" where nobody can tell. */
function fixFor({ file, rule }: SlipRequest, settings: SelectionSettings, slips: readonly Slip[]): string {
  const { name } = settings.rule ?? DEFAULT_RULE;
  const [first] = slips;
  const meant = slips.find((slip) => slip.meant !== undefined)?.meant;
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (first?.why === "nothing") return `change ${name}${rule === undefined ? "" : ` in ${lineText(rule)}`};`;
  const isMarked = first?.why === "given" && name === "encrypted_comment_regex";
  return isMarked ? `write it below a comment that matches: secrets edit ${shellWord(file)};` : "";
}

const WHY: Readonly<Record<Slip["why"], string>> = {
  given: "the value would be left unencrypted",
  "encrypted before": "a value that is encrypted now would be left unencrypted",
  near: "a key close to one that is encrypted would be left unencrypted",
  sensitive: "what looks like a secret would be left unencrypted",
  nothing: "nothing in it would be encrypted",
  new: "left unencrypted",
};

/** More than these are a list that nobody reads. */
const MOST_NAMED = 5;

function keysOf(slips: readonly Slip[]): string {
  return listed(
    slips.map(({ key }) => key || "the top level"),
    MOST_NAMED,
  );
}

function settingsText({ rule }: SelectionSettings): string {
  const { name, value } = rule ?? DEFAULT_RULE;
  return `${name} ${value}`;
}
