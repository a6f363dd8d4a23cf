/** HuaweiCloud KMS: a region and the id of a key in it. */
import type { Fields, ForeignKey, ForeignKind } from "./entry.ts";

function fromText(id: string): ForeignKey {
  return { type: "hckms", id, text: `HuaweiCloud KMS key ${id}` };
}

const fromFields = ({ text }: Fields) => fromText(text("key_id"));

export const hckms: ForeignKind = {
  type: "hckms",
  fields: ["key_id", "created_at", "enc"],
  inRule: "hckms",
  ruleTakes: "list",
  inGroup: "hckms",
  groupFields: { key_id: "text" },
  fromText,
  fromGroup: fromFields,
  fromEntry: fromFields,
};
