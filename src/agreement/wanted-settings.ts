/**
 * By which selection and MAC settings would the policy seal this path?
 *
 * Where policy and documents meet: the rule in the words of the document.
 */
import { DEFAULT_RULE, type SelectionSettings } from "../documents/sops/selection.ts";
import type { Format } from "../formats/format.ts";
import type { Ruling } from "../policy/policy.ts";

/** Of a file that is one value nothing can be selected: sops heeds no setting there, and writes none. */
const WHOLE: SelectionSettings = { rule: undefined, macOnlyEncrypted: false };

/** The settings that hold in a document of this format. */
export function settingsIn(
  format: Pick<Format, "isWhole"> | undefined,
  settings: SelectionSettings,
): SelectionSettings {
  return format?.isWhole === true ? WHOLE : settings;
}

/** What the rule says of selection and MAC; where it says nothing, what sops assumes. */
export function wantedSettings({ settings }: Ruling, format?: Pick<Format, "isWhole">): SelectionSettings {
  const { selection, macOnlyEncrypted } = settings;
  return settingsIn(format, {
    rule: selection === undefined ? DEFAULT_RULE : { name: selection.kind, value: selection.value },
    macOnlyEncrypted: macOnlyEncrypted ?? false,
  });
}
