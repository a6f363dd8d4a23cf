/**
 * How are people, teams and the readers of paths written as `.sops.yaml`?
 */
import { keyText, type WrittenPolicy } from "./written.ts";

/** A file of its own, with one exact path for each rule. */
export function sopsYamlText({ members, teams, rules }: WrittenPolicy): string {
  const people = (kind: "user" | "host") =>
    members
      .filter((member) => member.kind === kind)
      .map(({ name, keys }) => {
        const texts = keys.map((key) => JSON.stringify(keyText(key)));
        return `  ${key(name)}: ${texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`}\n`;
      });
  const list = (readers: readonly string[]) => `[${readers.join(", ")}]`;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["users", people("user")],
    ["hosts", people("host")],
    ["teams", [...teams].map(([name, held]) => `  ${key(name)}: ${list(held.map(key))}\n`)],
    [
      "secrets",
      rules.map(({ path, readers }) => {
        const texts = readers.map((reader) =>
          typeof reader === "string" ? key(reader) : JSON.stringify(keyText(reader)),
        );
        return `  ${key(path)}: ${list(texts)}\n`;
      }),
    ],
  ];
  return sections.map(([name, lines]) => (lines.length === 0 ? "" : `${name}:\n${lines.join("")}`)).join("");
}

/** As it stands where YAML takes it for nothing else. */
function key(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
