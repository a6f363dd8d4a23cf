/** AWS KMS: an ARN, perhaps with a role to assume and an encryption context. */
import type { Fields, ForeignKey, ForeignKind } from "./entry.ts";

/** `ARN`, `ARN+ROLE`, and behind `|` the context as `key:value` pairs. */
function keyOf(arn: string, role: string, context: ReadonlyMap<string, string>): ForeignKey {
  const pairs = [...context].map(([key, value]) => `${key}:${value}`).sort();
  const key = `${arn}${role === "" ? "" : `+${role}`}`;
  const id = pairs.length === 0 ? key : `${key}|${pairs.join(",")}`;
  return { type: "kms", id, text: `AWS KMS key ${id}` };
}

function fromFields({ text, texts }: Fields): ForeignKey {
  return keyOf(text("arn"), text("role"), texts("context"));
}

export const kms: ForeignKind = {
  type: "kms",
  fields: ["arn", "role", "context", "aws_profile", "created_at", "enc"],
  inRule: "kms",
  ruleTakes: "words",
  inGroup: "kms",
  groupFields: { arn: "text", role: "text", aws_profile: "text", context: "texts" },
  fromText: (text) => {
    const bare = text.replaceAll(" ", "");
    const at = bare.indexOf("+arn:");
    const key = at === -1 ? keyOf(bare, "", new Map()) : keyOf(bare.slice(0, at), bare.slice(at + 1), new Map());
    // A text has no place for a context, so that any will do.
    return { ...key, accepts: (id) => id.startsWith(`${key.id}|`) };
  },
  fromGroup: fromFields,
  fromEntry: fromFields,
};
