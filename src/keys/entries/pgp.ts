/** PGP: the fingerprint of a key, with `!` behind it where this very subkey is meant. */
import type { Fields, ForeignKey, ForeignKind } from "./entry.ts";

function fromText(text: string): ForeignKey {
  const id = text.replaceAll(" ", "").toUpperCase();
  return { type: "pgp", id, text: `PGP key ${id}` };
}

const fromFields = ({ text }: Fields) => fromText(text("fp"));

export const pgp: ForeignKind = {
  type: "pgp",
  fields: ["fp", "created_at", "enc"],
  inRule: "pgp",
  ruleTakes: "words",
  inGroup: "pgp",
  fromText,
  fromGroup: fromFields,
  fromEntry: fromFields,
};
