import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { checkStream } from "../../src/formats/yaml/check.ts";
import { composeStream } from "../../src/formats/yaml/compose.ts";
import { scalarOfNode } from "../../src/formats/yaml/typing.ts";

const table = readFileSync(new URL("../../fixtures/sops/plain-scalars.tsv", import.meta.url), "utf8");
const rows = table
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t"));

/** What we take `k: <source>` for, in the table's words. */
function typed(source: string): readonly [string, string] {
  try {
    const stream = composeStream(`k: ${source}\n`);
    checkStream(stream);
    const root = stream.documents[0]?.root;
    const value = root?.kind === "mapping" ? root.pairs[0]?.value : undefined;
    if (value?.kind !== "scalar") return ["no scalar", ""];
    const scalar = scalarOfNode(value);
    return [scalar.type, Buffer.from(scalar.bytes).toString()];
  } catch (error) {
    if (error instanceof SecretsError && error.code === "malformed") return ["refused", ""];
    throw error;
  }
}

describe("plain scalars", () => {
  test("the table has at least 2,000 rows", () => {
    expect(rows.length).toBeGreaterThan(2000);
  });

  test("each has the type and the bytes that the real sops gave it", () => {
    const wrong = rows.flatMap(([source = "", type, text]) => {
      const [ourType, ourText] = typed(source);
      return ourType === type && ourText === text ? [] : [{ source, sops: [type, text], ours: [ourType, ourText] }];
    });
    expect(wrong).toEqual([]);
  });
});
