/**
 * Does an edit of one value change that value and nothing else, in what sops wrote and in what we wrote?
 */
import { expect } from "vitest";
import { openDocument, readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import { unwrapDataKey } from "../../src/documents/sops/unwrap.ts";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { staysClear } from "../../src/formats/scalar.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly, ringOf } from "../documents/ring.ts";
import { corpus } from "../formats/yaml-layouts.ts";
import { describePeer } from "./peer.ts";
import { everybody, type Readers } from "./sops-matrix.ts";
import { withSops, type Sops } from "./sops-peer.ts";

const FILE = "layout.yaml";
const NOW = new Date("2026-06-01T00:00:00Z");

async function opened(text: string, who: Readers): Promise<OpenedDocument> {
  const document = readDocument(text, yaml);
  return openDocument(document, await unwrapDataKey(document.metadata, ringOf(who.identities)));
}

/** The lines of `after` that are not lines of `before`, in order, without indentation and values. */
function newLines(before: string, after: string): readonly string[] {
  const standing = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !standing.has(line));
}

/** Sets one value that stands on a line of its own, and says which lines of the sealed text are new. */
async function editOne(
  sealed: string,
  who: Readers,
): Promise<{ text: string; changed: readonly string[] } | undefined> {
  const before = await opened(sealed, who);
  const parsed = yaml.parse(before.openText, "open");
  const leaf = parsed.leaves.findLast(
    (each) =>
      each.kind === "value" &&
      each.document === 0 &&
      !each.copy &&
      each.scalar.type === "str" &&
      !staysClear(each.scalar),
  );
  if (leaf === undefined) return undefined;
  const text = yaml.set(parsed, leaf.steps, '"another value"');
  const after = await editDocument(before, { text, now: NOW });
  return { text: after.text, changed: newLines(sealed, after.text) };
}

/** sops finds the MAC wrong, and one of its own comments in the wrong place, where it sealed a comment in a list. */
const decrypted = (sops: Sops, sealed: string): string => {
  sops.write(FILE, sealed);
  const own = /- ENC\[.*type:comment\]/.test(sealed);
  return sops.run(["decrypt", ...(own ? ["--ignore-mac"] : []), FILE]);
};

const stuck = (printed: string): number => printed.split("ENC[").length - 1;

async function expectOneChange(sops: Sops, who: Readers, sealed: string): Promise<void> {
  const edit = await editOne(sealed, who);
  if (edit === undefined) return;
  const metadata = edit.changed.filter((line) => /^ *"?(?:mac|lastmodified|secrets_spelling)"?: /.test(line));
  const documents = readDocument(edit.text, yaml).parsed.leaves.at(-1)?.document ?? 0;
  // A value in a block may take its header along, whose chomping tells whether there is a final line break.
  expect(edit.changed.length - metadata.length).toBeLessThanOrEqual(2);
  expect(metadata.length).toBeLessThanOrEqual(3 * (documents + 1));
  const printed = decrypted(sops, edit.text);
  expect(stuck(printed)).toBe(stuck(decrypted(sops, sealed)));
  expect(printed).toContain("another value");
}

async function checkLayout(sops: Sops, who: Readers, text: string): Promise<void> {
  const settings = selectionSettings({}, false);
  const ours = await freshly({ text, format: yaml, settings, recipients: who.groups });
  if (ours.expanded.length === 0) expect(ours.opened.openText).toBe(text);
  await expectOneChange(sops, who, ours.text);
  sops.write(FILE, text);
  const recipients = who.groups.flat().map(({ text: recipient }) => recipient);
  await expectOneChange(sops, who, sops.run(["encrypt", "--age", recipients.join(","), FILE]));
}

const [who] = await everybody();

describePeer("sops", (check) => {
  if (who === undefined) throw new Error("no readers");
  for (const [name, text] of corpus) {
    check(`yaml layout ${name}: one edit changes one value, in our file and in that of sops`, (binary) =>
      withSops(binary, who.keys, (sops) => checkLayout(sops, who, text)),
    );
  }
});
