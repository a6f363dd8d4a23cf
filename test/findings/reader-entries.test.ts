import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import path from "node:path";
import { readContent } from "../../src/findings/reading/content.ts";
import { brokenEntries, sharedEntries } from "../../src/findings/reading/reader-entries.ts";
import { subjectOf } from "./subject.ts";

const fixtures = path.join(import.meta.dirname, "..", "..", "fixtures", "sops");

test.each(["three-readers.3.8.yaml", "three-readers.3.8.json", "pgp-beside-age.3.8.yaml"])(
  "the entries that sops wrote in %s are in order",
  async (name) => {
    const bytes = readFileSync(path.join(fixtures, name));
    const content = await readContent(bytes, name);
    if (content.kind !== "sops") throw new Error("no sops file");
    const subject = subjectOf({ path: name, content });

    expect(await brokenEntries(content.document, subject)).toEqual([]);
    expect(await sharedEntries(content.document, subject)).toEqual([]);
  },
);
