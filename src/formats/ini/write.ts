/**
 * How is a key, a value, a section written in INI?
 *
 * As go-ini prints them, and where what it prints would be read as something else, in another way.
 */
import { SecretsError } from "../../errors.ts";
import { scanIni } from "./scan.ts";

/** The source of a value. @throws SecretsError `malformed` where INI has none that reads back */
export function valueSource(value: string): string {
  const source = /[\n`]/.test(value)
    ? `"""${value}"""`
    : /[#;]|^["']|\\$/.test(value)
      ? `\`${value}\``
      : value.trim() === value
        ? value
        : `"${value}"`;
  if (!readsBack(`k = ${source}\n`, "k", value)) throw new SecretsError("malformed", "INI cannot hold this value");
  return source;
}

/** The source of a key. @throws SecretsError `malformed` */
export function keySource(name: string): string {
  const source = /["=:]/.test(name) ? `\`${name}\`` : name;
  if (!readsBack(`${source} = v\n`, name, "v")) throw new SecretsError("malformed", "INI cannot hold this key");
  return source;
}

/** The line of a section. @throws SecretsError `malformed` */
export function headerLine(name: string): string {
  const line = `[${name}]\n`;
  try {
    if (scanIni(line).at(-1)?.name === name) return line;
  } catch {
    // said below
  }
  throw new SecretsError("malformed", "INI cannot hold a section of this name");
}

/** Lines of `key = value`, the keys as wide as the widest. */
export function keyLines(entries: readonly (readonly [string, string])[]): string {
  const written = entries.map(([key, value]) => [keySource(key), valueSource(value)] as const);
  const width = written.reduce((widest, [key]) => Math.max(widest, key.length), 0);
  return written.map(([key, value]) => `${key.padEnd(width)} = ${value}\n`).join("");
}

function readsBack(text: string, name: string, value: string): boolean {
  try {
    const keys = scanIni(text).flatMap((section) => section.keys);
    return keys.length === 1 && keys[0]?.name === name && keys[0].value === value;
  } catch {
    return false;
  }
}
