/**
 * What can stand in a dotenv file?
 */
import fc from "fast-check";
import { dotenv } from "../../src/formats/dotenv.ts";

const words = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll(/[\n\0]/g, " "));

const key = fc
  .oneof(fc.constantFrom("A", "DB_URL", "export X", " B ", "a.b", "x:y", "é"), words)
  .map((text) => text.replaceAll("=", "-").replace(/^(?:#|sops_)+/, "k"))
  .filter((text) => text !== "");

const value = fc.oneof(
  words,
  fc.constantFrom("", '"quoted"', "'x'", String.raw`a\nb`, String.raw`\\n`, "a=b", "x # y", "ENC[x]", "\r"),
);

const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(key, value).map(([name, text]) => `${name}=${text}`) },
  { weight: 1, arbitrary: words.map((text) => `#${text}`) },
  { weight: 1, arbitrary: fc.constant("") },
);

/** A text with at least one value, with or without a line break at its end. */
export const text = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom("", "\n", "\n\n"))
  .map(([lines, end]) => `${["FIRST=1", ...lines].join("\n")}${end}`)
  .filter((made) => dotenv.parse(made, "open").doubts.length === 0);
