/** Which forms of the report are there? */
import type { FormatLine } from "./format.ts";

export const formats: readonly FormatLine[] = [
  { name: "text", load: async () => (await import("./text.ts")).text },
  { name: "json", load: async () => (await import("./json.ts")).json },
  { name: "sarif", load: async () => (await import("./sarif.ts")).sarif },
  { name: "github", load: async () => (await import("./github.ts")).github },
  { name: "junit", load: async () => (await import("./junit.ts")).junit },
  { name: "gitlab", load: async () => (await import("./gitlab.ts")).gitlab },
];

export function formatNamed(name: string): FormatLine | undefined {
  return formats.find((format) => format.name === name);
}
