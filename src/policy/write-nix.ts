/**
 * How are people, teams and the readers of paths written as rules of agenix?
 */
import { nixText } from "./nix-fallback.ts";
import { keyText, type WrittenPolicy } from "./written.ts";

/** What is not a valid name of a `let` goes into this set. */
const OTHERS = "others";
const KEYWORDS = new Set(["if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or", OTHERS]);

/** A file of its own; everybody has a name of the `let`, and everybody with several keys is a list. */
export function rulesText({ members, teams, rules }: WrittenPolicy): string {
  const many = new Set([...teams.keys(), ...members.filter(({ keys }) => keys.length !== 1).map(({ name }) => name)]);
  const list = (names: WrittenPolicy["rules"][number]["readers"]): string => {
    const isList = (name: (typeof names)[number]) => typeof name === "string" && many.has(name);
    const items = names.filter((name) => !isList(name)).map(itemText);
    const parts = [...(items.length === 0 ? [] : [`[ ${items.join(" ")} ]`]), ...names.filter(isList).map(itemText)];
    return parts.length === 0 ? "[ ]" : parts.join(" ++ ");
  };
  const bindings = [
    ...members.map(({ name, keys }) => {
      const [only] = keys;
      return [name, keys.length === 1 && only !== undefined ? nixText(keyText(only)) : list(keys)] as const;
    }),
    ...[...teams].map(([name, held]) => [name, list(held)] as const),
  ];
  const plain = bindings.filter(([name]) => isIdentifier(name)).map(([name, text]) => `  ${name} = ${text};\n`);
  const others = bindings
    .filter(([name]) => !isIdentifier(name))
    .map(([name, text]) => `    ${nixText(name)} = ${text};\n`);
  const set = others.length === 0 ? "" : `  ${OTHERS} = {\n${others.join("")}  };\n`;
  const lines = rules.map(({ path, readers }) => `  ${nixText(path)}.publicKeys = ${list(readers)};\n`);
  return `let\n${plain.join("")}${set}in\n{\n${lines.join("")}}\n`;
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_'-]*$/.test(name) && !KEYWORDS.has(name);
}

function itemText(item: WrittenPolicy["rules"][number]["readers"][number]): string {
  if (typeof item !== "string") return nixText(keyText(item));
  return isIdentifier(item) ? item : `${OTHERS}.${nixText(item)}`;
}
