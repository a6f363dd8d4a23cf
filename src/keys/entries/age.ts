/** age: the text of a recipient. `documents/sops/` wraps and unwraps the data key for it; `keys/kinds/` says what it is. */
import type { EntryKind } from "./entry.ts";

export const age: EntryKind = {
  type: "age",
  fields: ["recipient", "enc"],
  isAlwaysInGroup: true,
  inRule: "age",
  ruleTakes: "words",
  inGroup: "age",
};
