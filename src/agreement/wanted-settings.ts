/**
 * By which selection and MAC settings would the policy seal this path?
 *
 * Where policy and documents meet: the rule in the words of the document.
 */
import { DEFAULT_RULE, type SelectionSettings } from "../documents/sops/selection.ts";
import type { Ruling } from "../policy/policy.ts";

/** What the rule says of selection and MAC; where it says nothing, what sops assumes. */
export function wantedSettings({ settings }: Ruling): SelectionSettings {
  const { selection, macOnlyEncrypted } = settings;
  return {
    rule: selection === undefined ? DEFAULT_RULE : { name: selection.kind, value: selection.value },
    macOnlyEncrypted: macOnlyEncrypted ?? false,
  };
}
