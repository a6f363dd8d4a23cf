/** Google Cloud KMS: the resource id of a key. */
import type { Fields, ForeignKey, ForeignKind } from "./entry.ts";

function fromText(text: string): ForeignKey {
  const id = text.replaceAll(" ", "");
  return { type: "gcp_kms", id, text: `GCP KMS key ${id}` };
}

const fromFields = ({ text }: Fields) => fromText(text("resource_id"));

export const gcpKms: ForeignKind = {
  type: "gcp_kms",
  fields: ["resource_id", "created_at", "enc"],
  inRule: "gcp_kms",
  ruleTakes: "words",
  inGroup: "gcp_kms",
  groupFields: { resource_id: "text" },
  fromText,
  fromGroup: fromFields,
  fromEntry: fromFields,
};
