/** Google Cloud KMS: the resource id of a key. */
import type { Fields, ForeignKey, ForeignKind } from "./foreign-key.ts";

function fromText(text: string): ForeignKey {
  const id = text.replaceAll(" ", "");
  return { type: "gcp_kms", id, text: `GCP KMS key ${id}` };
}

const fromFields = ({ text }: Fields) => fromText(text("resource_id"));

export const gcpKms: ForeignKind = {
  type: "gcp_kms",
  inRule: "gcp_kms",
  inGroup: "gcp_kms",
  fromText,
  fromGroup: fromFields,
  fromEntry: fromFields,
};
