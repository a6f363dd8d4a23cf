/** How is a place written? */
import type { Position } from "../../index.ts";

/** `FILE[:LINE[:COLUMN]]`. */
export function position({ file, line, column }: Position): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}
