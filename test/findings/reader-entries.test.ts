import { expect, test } from "vitest";
import { readFileSync } from "node:fs";
import path from "node:path";
import { readContent } from "../../src/findings/reading/content.ts";
import type { FileSubject } from "../../src/findings/finding.ts";
import { brokenEntries, sharedEntries } from "../../src/findings/reading/reader-entries.ts";

const fixtures = path.join(import.meta.dirname, "..", "..", "fixtures", "sops");

test.each(["three-readers.3.8.yaml", "three-readers.3.8.json", "pgp-beside-age.3.8.yaml"])(
  "the entries that sops wrote in %s are in order",
  async (name) => {
    const bytes = readFileSync(path.join(fixtures, name));
    const content = await readContent(bytes, name);
    if (content.kind !== "sops") throw new Error("no sops file");
    const subject: FileSubject = {
      file: name,
      path: name,
      content,
      governed: undefined,
      keys: [],
      holder: () => undefined,
      recipientId: () => Promise.resolve(undefined),
      tracked: true,
      governs: () => undefined,
      show: (shown) => shown,
      policyFile: undefined,
      now: new Date(0),
    };

    expect(await brokenEntries(content.document, subject)).toEqual([]);
    expect(await sharedEntries(content.document, subject)).toEqual([]);
  },
);
