/**
 * What can stand in an INI file that sops takes without losing anything?
 */
import fc from "fast-check";

const word = fc
  .string({ unit: fc.constantFrom(...Array.from("abXY09_.-é/+")), minLength: 1, maxLength: 8 })
  .filter((text) => text !== "-");

const value = fc.oneof(
  word,
  fc.tuple(word, word).map((words) => words.join(" ")),
  fc.tuple(word, word).map(([a, b]) => `\`${a}#${b}; \``),
  word.map((text) => `"${text} "`),
  word.map((text) => `'${text}'`),
  fc.tuple(word, word).map(([a, b]) => `"""${a}\n  ${b}"""`),
  fc.tuple(word, word).map(([a, b]) => `${a} \\\n   ${b}`),
  fc.constantFrom("", "a=b", "x:y", "ENC[x]", '"', "''", 'a "b" c'),
);

const comment = fc.tuple(fc.constantFrom("; ", ";", "# ", "## "), word).map((parts) => parts.join(""));

const keys = fc
  .uniqueArray(word, { maxLength: 5 })
  .chain((names) =>
    fc.tuple(
      ...names.map((name) =>
        fc
          .tuple(
            fc.array(comment, { maxLength: 2 }),
            fc.constantFrom("=", " = ", ":", " : ", "= "),
            value,
            fc.constantFrom("", "\n"),
          )
          .map(([above, delimiter, text, below]) => [...above, name + delimiter + text].join("\n") + below),
      ),
    ),
  );

const section = fc
  .tuple(fc.array(comment, { maxLength: 2 }), word, keys)
  .map(([above, name, lines]) => [...above, `[${name}]`, ...lines].join("\n"));

/** With or without a line break at its end; it always ends with a key. */
export const text = fc
  .tuple(keys, fc.array(section, { maxLength: 3 }), fc.constantFrom("", "\n", "\n\n"))
  .map(([first, sections, end]) => [...first, ...sections, `[last]`, `password = x${end}`].join("\n"));
