/**
 * Does the real sops see the same values, and every comment in the same place, in any layout?
 *
 * A comment is sealed with its place: at a wrong one sops does not fail, it prints the ENC text. A few layouts on every
 * run; SECRETS_FUZZ_MINUTES=30 goes on for as long, from SECRETS_SEED on, and prints what it counted.
 */
import { expect } from "vitest";
import { openDocument, readDocument } from "../../src/documents/sops/document.ts";
import { unwrapDataKey } from "../../src/documents/sops/unwrap.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly, ringOf } from "../documents/ring.ts";
import { corpus, layoutOf } from "../formats/yaml-layouts.ts";
import { IS_WHOLE } from "../sample.ts";
import { SEED } from "../seed.ts";
import { describePeer } from "./peer.ts";
import { everybody, type Readers } from "./sops-matrix.ts";
import { withSops, type Sops } from "./sops-peer.ts";

const MINUTES = Number(process.env["SECRETS_FUZZ_MINUTES"] ?? 0);
const FEW = IS_WHOLE ? 25 : 8;
const FILE = "layout.yaml";
const NO_RULE = selectionSettings({}, false);

interface Counted {
  documents: number;
  comments: number;
  /** Documents in whose plaintext sops left an ENC text. */
  wrongPlaces: number;
  /** Documents that did not come back byte for byte, and those that needed the spelling field for it. */
  inexact: number;
  spelled: number;
}

/** The values of a text, without what spelling alone decides. */
function values(text: string): readonly string[] {
  return yaml
    .parse(text, "open")
    .leaves.filter(({ kind }) => kind === "value")
    .map(({ document, steps, scalar }) => {
      const type = scalar.type === "int" || scalar.type === "float" ? "number" : scalar.type;
      return JSON.stringify([document, steps, type, Buffer.from(scalar.bytes).toString("base64")]);
    });
}

interface Tried {
  readonly sops: Sops;
  readonly who: Readers;
  readonly text: string;
}

const recipientsOf = (who: Readers): string =>
  who.groups
    .flat()
    .map(({ text }) => text)
    .join(",");

/** The text sealed by sops. */
function theirs({ sops, who, text }: Tried): string {
  sops.write(FILE, text);
  return sops.run(["encrypt", "--age", recipientsOf(who), FILE]);
}

/** What sops takes a sealed text for. It finds the MAC wrong wherever it sealed a comment in a list itself. */
function asJson(sops: Sops, sealed: string, own: boolean): string {
  sops.write(FILE, sealed);
  return sops.run(["decrypt", ...(own ? ["--ignore-mac"] : []), "--output-type", "json", FILE]);
}

/** Seals a text, lets sops decrypt it, and compares. */
async function weWriteTheyRead(tried: Tried, counted: Counted): Promise<void> {
  const { sops, who, text } = tried;
  const sealed = await freshly({ text, format: yaml, settings: NO_RULE, recipients: who.groups });
  const printed = sops.decrypt(FILE, sealed.text);
  counted.documents += 1;
  counted.comments += yaml.parse(text, "open").leaves.filter(({ kind }) => kind === "comment").length;
  counted.inexact += sealed.exact ? 0 : 1;
  counted.spelled += sealed.opened.metadata.spelling === "" ? 0 : 1;
  counted.wrongPlaces += printed.includes("ENC[") ? 1 : 0;
  expect(printed).not.toContain("ENC[");
  // By way of JSON, for the YAML that sops prints is not always what it read: blocks in lists that begin with a line break.
  if (!/\.(?:inf|nan)/.test(text) && sealed.expanded.length === 0) {
    expect(asJson(sops, sealed.text, false)).toBe(asJson(sops, theirs(tried), true));
  }
  expect(values(sealed.opened.openText)).toEqual(sealed.expanded.length === 0 ? values(text) : expect.anything());
}

/** Lets sops seal a text, opens it, and compares. */
async function theyWriteWeRead(tried: Tried): Promise<void> {
  const { who, text } = tried;
  const document = readDocument(theirs(tried), yaml);
  const opened = await openDocument(document, await unwrapDataKey(document.metadata, ringOf(who.identities)));
  expect(opened.openText).not.toContain("ENC[");
  expect(values(opened.openText)).toEqual(values(text));
}

async function bothWays(tried: Tried, counted: Counted): Promise<void> {
  try {
    await weWriteTheyRead(tried, counted);
    await theyWriteWeRead(tried);
  } catch (error) {
    throw new Error(`in this layout:\n${tried.text}`, { cause: error });
  }
}

const [who] = await everybody();

const nothing = (): Counted => ({ documents: 0, comments: 0, wrongPlaces: 0, inexact: 0, spelled: 0 });

describePeer("sops", (check) => {
  if (who === undefined) throw new Error("no readers");
  for (const [name, text] of corpus) {
    check(`yaml layout ${name}: sops reads what we write, and we what sops writes`, (binary) =>
      withSops(binary, who.keys, (sops) => bothWays({ sops, who, text }, nothing())),
    );
  }
  check("yaml layouts made at random: every comment in its place, every value the same", (binary) =>
    withSops(binary, who.keys, async (sops) => {
      const counted = nothing();
      const end = performance.now() + MINUTES * 60_000;
      for (let seed = SEED; counted.documents < FEW || performance.now() < end; seed += 1) {
        const text = layoutOf(seed, { lossy: seed % 2 === 0, wild: seed % 3 === 0 });
        await bothWays({ sops, who, text }, counted);
      }
      if (MINUTES > 0) process.stderr.write(`${JSON.stringify(counted)}\n`);
    }),
  );
});
