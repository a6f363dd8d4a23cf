/** How are the readers of a file called? */
import { nameOf } from "../../agreement/agreement.ts";
import type { Recipient } from "../../keys/recipient.ts";
import { keyName } from "../../keys/shown-key.ts";
import type { FormerKey } from "../identities/former-keys.ts";
import type { RuledFile } from "../project/rule.ts";

/** By the policy; whom it does not know by the public key. Sorted, each once. */
export function namesOfReaders(readers: readonly Recipient[], ruled: RuledFile | undefined): string[] {
  return [...new Set(readers.map((reader) => nameOf(reader, ruled?.policy)))].sort();
}

/** The same, where those who left the policy are called by the name that they had in it. */
export function namedAsBefore(
  names: readonly string[],
  readers: readonly Recipient[],
  former: ReadonlyMap<string, FormerKey>,
): string[] {
  const byText = new Map(readers.map((key) => [keyName(key), former.get(key.id)?.name]));
  return [...new Set(names.map((name) => byText.get(name) ?? name))].sort();
}
