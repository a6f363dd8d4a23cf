/**
 * Lines of at most `width` characters, each indented; a part is never broken, so that a long one has a line to itself.
 * @param between what stands between two parts in one line
 */
export function wrapped(
  parts: readonly string[],
  { width, indent, between = " " }: { readonly width: number; readonly indent: string; readonly between?: string },
): string {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1) ?? ""}${between}${part}`;
    if (lines.length > 0 && indent.length + longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => `${indent}${line}\n`).join("");
}
