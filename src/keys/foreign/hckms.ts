/** HuaweiCloud KMS: a region and the id of a key in it. */
import type { Fields, ForeignKey, ForeignKind } from "./foreign-key.ts";

function fromText(id: string): ForeignKey {
  return { type: "hckms", id, text: `HuaweiCloud KMS key ${id}` };
}

const fromFields = ({ text }: Fields) => fromText(text("key_id"));

export const hckms: ForeignKind = {
  type: "hckms",
  inRule: "hckms",
  inGroup: "hckms",
  fromText,
  fromGroup: fromFields,
  fromEntry: fromFields,
};
