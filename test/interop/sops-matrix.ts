/**
 * Do the real sops and we agree, in both directions, whatever the format, the selection, the readers and the verb?
 */
import { expect } from "vitest";
import { newDataKey } from "../../src/crypto/data-key.ts";
import { openDocument, readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { standingReaders } from "../../src/documents/sops/readers.ts";
import { unwrapDataKey } from "../../src/documents/sops/unwrap.ts";
import { wrapDataKey } from "../../src/documents/sops/wrap.ts";
import { isEncrypted } from "../../src/documents/sops/metadata.ts";
import { rewriteMetadata, sealDocument } from "../../src/documents/sops/seal.ts";
import { selectionSettings, type RuleName, type SelectionSettings } from "../../src/documents/sops/selection.ts";
import type { Format } from "../../src/formats/format.ts";
import type { Identity, Recipient } from "../../src/keys/recipient.ts";
import { keyring } from "../../src/keys/index.ts";
import { freshly, identitiesOf, ringOf } from "../documents/ring.ts";
import { sampled } from "../sample.ts";
import type { Check } from "./peer.ts";
import { facts, KEYS, withSops, type Sops } from "./sops-peer.ts";

/** A document to try everything on. `edits` are [search, replacement] pairs on the open text. */
export interface Sample {
  /** The file name, by whose end sops tells the format. */
  readonly file: string;
  readonly format: Format;
  readonly text: string;
  /** What an edit of one value replaces, and with what; the text before must stand there once. */
  readonly edit: readonly [before: string, after: string];
  /** The same for sops' editor, as a sed script on sops' own print. */
  readonly sed: string;
  /** A key that `unset` removes, and to which `added` is added. */
  readonly removed: string;
  /** The section that both stand in, the last one, in a format that has sections. */
  readonly section?: string;
}

const wayTo = ({ section }: Sample, key: string): readonly string[] => (section === undefined ? [key] : [section, key]);

/** As sops spells a path. */
const sopsPath = (sample: Sample, key: string): string =>
  wayTo(sample, key)
    .map((step) => `["${step}"]`)
    .join("");

interface Selection {
  readonly title: string;
  readonly settings: SelectionSettings;
  readonly flags: readonly string[];
}

const RULES: readonly (readonly [RuleName, string])[] = [
  ["unencrypted_suffix", "_unencrypted"],
  ["unencrypted_suffix", "_clear"],
  ["encrypted_suffix", "_secret"],
  ["encrypted_regex", "^(data|pass.*)$"],
  ["unencrypted_regex", "^(kind|meta)"],
  ["encrypted_comment_regex", "above|behind|database"],
  ["unencrypted_comment_regex", "above|behind|database"],
];

const SELECTIONS: readonly Selection[] = RULES.flatMap(([name, value]) =>
  [false, true].map((macOnly) => ({
    title: `${name} ${value}${macOnly ? ", mac_only_encrypted" : ""}`,
    settings: selectionSettings({ [name]: value }, macOnly),
    flags: [`--${name.replaceAll("_", "-")}`, value],
  })),
);

/** Who can open it, with the keys for us and for sops. */
export interface Readers {
  readonly title: string;
  readonly groups: readonly (readonly Recipient[])[];
  readonly identities: readonly Identity[];
  readonly keys: { readonly native?: string; readonly ssh?: string };
}

/** The readers of the matrix; the first is the plainest. */
export async function everybody(): Promise<readonly Readers[]> {
  const [native, ed25519, rsa, postQuantum] = await Promise.all(Object.values(KEYS).map(identitiesOf));
  const of = (identities: readonly Identity[] = [], face = 0) =>
    identities.flatMap(({ recipients }) => recipients.slice(face, face + 1));
  const both = [...of(native), ...of(ed25519)];
  return [
    { title: "one native key", groups: [of(native)], identities: native ?? [], keys: { native: KEYS.native } },
    { title: "an ed25519 SSH key", groups: [of(ed25519)], identities: ed25519 ?? [], keys: { ssh: KEYS.ed25519 } },
    { title: "an RSA SSH key", groups: [of(rsa)], identities: rsa ?? [], keys: { ssh: KEYS.rsa } },
    { title: "two keys, opened by the second", groups: [both], identities: ed25519 ?? [], keys: { ssh: KEYS.ed25519 } },
    {
      title: "a classic key and a post-quantum one, opened by the second",
      groups: [[...of(native), ...of(postQuantum)]],
      identities: postQuantum ?? [],
      keys: { native: KEYS.postQuantum },
    },
    {
      title: "two key groups",
      groups: [of(native), of(ed25519)],
      identities: [...(native ?? []), ...(ed25519 ?? [])],
      keys: { native: KEYS.native, ssh: KEYS.ed25519 },
    },
  ];
}

const NOW = new Date("2026-06-01T00:00:00Z");

async function opened(text: string, format: Format, who: Readers): Promise<OpenedDocument> {
  const document = readDocument(text, format);
  const result = await openDocument(document, await unwrapDataKey(document.metadata, ringOf(who.identities)));
  expect(result.warnings).toEqual([]);
  return result;
}

async function edited(before: OpenedDocument, text: string): Promise<string> {
  const { dataKey, metadata, format } = before;
  return (await sealDocument({ text, format, dataKey, metadata, earlier: [before], now: NOW })).text;
}

function expectPlain(printed: string, open: string, format: Format): void {
  expect(printed).not.toContain("ENC[");
  expect(facts(printed, format)).toEqual(facts(open, format));
}

interface Case {
  readonly sample: Sample;
  readonly selection: Selection;
  readonly who: Readers;
}

type Verb = (sops: Sops, given: Case) => Promise<void>;

async function ours({ sample, selection, who }: Case): Promise<string> {
  const { format, text } = sample;
  const sealed = await freshly({ text, format, settings: selection.settings, recipients: who.groups });
  expect(sealed.exact).toBe(true);
  return sealed.text;
}

function theirs(sops: Sops, { sample, selection, who }: Case): string {
  const recipients = who.groups.map((group) => group.map(({ text }) => text).join(","));
  const { rule, macOnlyEncrypted } = selection.settings;
  const keys =
    recipients.length === 1
      ? `age: "${recipients[0]}"`
      : `key_groups: [${recipients.map((age) => `{age: ["${age}"]}`).join(", ")}]`;
  const lines = [
    `  - ${keys}`,
    `    ${rule?.name}: ${JSON.stringify(rule?.value)}`,
    `    mac_only_encrypted: ${macOnlyEncrypted}`,
  ];
  sops.write(".sops.yaml", ["creation_rules:", ...lines, ""].join("\n"));
  sops.write(sample.file, sample.text);
  return sops.run(["encrypt", sample.file]);
}

const replaced = (text: string, [before, after]: readonly [string, string]) => {
  expect(text).toContain(before);
  return text.replace(before, after);
};

/** The sealed text with another letter in the first text that stands there unencrypted. */
function changedByHand(sealed: string, format: Format): string | undefined {
  const leaf = readDocument(sealed, format).parsed.leaves.find(
    ({ kind, scalar, start, end }) =>
      kind === "value" && scalar.type === "str" && /^["']?[a-z]/.test(sealed.slice(start, end)),
  );
  if (leaf === undefined) return undefined;
  const source = sealed.slice(leaf.start, leaf.end).replace(/[a-z]/, (letter) => (letter === "q" ? "r" : "q"));
  return sealed.slice(0, leaf.start) + source + sealed.slice(leaf.end);
}

/** Everything that one of the two does to a file of the other. */
const VERBS: Readonly<Record<string, Verb>> = {
  "sops decrypts what we encrypt": async (sops, given) => {
    const { sample } = given;
    expectPlain(sops.decrypt(sample.file, await ours(given)), sample.text, sample.format);
  },
  "we decrypt what sops encrypts": async (sops, given) => {
    const { sample, who } = given;
    const { openText } = await opened(theirs(sops, given), sample.format, who);
    expectPlain(openText, sample.text, sample.format);
  },
  "sops edits, sets and unsets in what we encrypt": async (sops, given) => {
    const { sample, who } = given;
    const edit = (text: string) => {
      sops.write(sample.file, text);
      sops.run(["edit", sample.file], sample.sed);
      return sops.read(sample.file);
    };
    const afterEdit = edit(await ours(given));
    const wanted = replaced(sample.text, sample.edit);
    expectPlain((await opened(afterEdit, sample.format, who)).openText, wanted, sample.format);
    const afterSet = sops.change(sample.file, afterEdit, (file) => [
      "set",
      file,
      sopsPath(sample, "added"),
      '"new one"',
    ]);
    const added = (await opened(afterSet, sample.format, who)).openText;
    expect(facts(added, sample.format)).toEqual([
      ...facts(wanted, sample.format),
      `${wayTo(sample, "added").join(":")} str new one`,
    ]);
    const afterUnset = sops.change(sample.file, afterSet, (file) => ["unset", file, sopsPath(sample, "added")]);
    expectPlain((await opened(afterUnset, sample.format, who)).openText, wanted, sample.format);
  },
  "we edit, set and unset in what sops encrypts": async (sops, given) => {
    const { sample, who } = given;
    const { format } = sample;
    const before = await opened(theirs(sops, given), format, who);
    expect(await edited(before, before.openText)).toBe(before.text);
    const text = format.set(format.parse(before.openText, "open"), wayTo(sample, "added"), '"new one"');
    const set = await edited(before, text);
    expectPlain(sops.decrypt(sample.file, set), text, format);
    const after = await opened(set, format, who);
    const less = format.unset(format.parse(after.openText, "open"), wayTo(sample, sample.removed));
    const unset = await edited(after, less);
    expectPlain(sops.decrypt(sample.file, unset), less, format);
  },
  "sops rotates what we encrypt": async (sops, given) => {
    const { sample, who } = given;
    const sealed = await ours(given);
    const rotated = sops.change(sample.file, sealed, (file) => ["rotate", "-i", file]);
    expect(rotated).not.toBe(sealed);
    expectPlain((await opened(rotated, sample.format, who)).openText, sample.text, sample.format);
  },
  "we rotate what sops encrypts": async (sops, given) => {
    const { sample, who } = given;
    const { format } = sample;
    const before = await opened(theirs(sops, given), format, who);
    const dataKey = newDataKey();
    const wanted = await standingReaders(before.metadata);
    const { threshold } = before.metadata;
    const metadata = await wrapDataKey({
      metadata: before.metadata,
      dataKey,
      wanted,
      threshold,
      isNewKey: true,
      keyring,
    });
    const { text } = await sealDocument({
      text: before.openText,
      format,
      dataKey,
      metadata,
      earlier: [before],
      now: NOW,
    });
    expectPlain(sops.decrypt(sample.file, text), sample.text, format);
  },
  "a value left unencrypted may be changed by hand for both, or for neither": async (sops, given) => {
    const { sample, who, selection } = given;
    for (const sealed of [await ours(given), theirs(sops, given)]) {
      const changed = changedByHand(sealed, sample.format);
      if (changed === undefined) return;
      const reading = opened(changed, sample.format, who);
      if (selection.settings.macOnlyEncrypted) {
        expectPlain(sops.decrypt(sample.file, changed), (await reading).openText, sample.format);
      } else {
        await expect(reading).rejects.toMatchObject({ code: "tampered" });
        expect(() => sops.decrypt(sample.file, changed)).toThrow("MAC mismatch");
      }
    }
  },
  "sops tells the status and extracts from what we encrypt": async (sops, given) => {
    const { sample } = given;
    sops.write(sample.file, await ours(given));
    expect(JSON.parse(sops.run(["filestatus", sample.file]))).toEqual({ encrypted: true });
    expect(isEncrypted(readDocument(sops.read(sample.file), sample.format).parsed.metadata)).toBe(true);
    const { format } = sample;
    const piece = sops.run(["decrypt", "--extract", sopsPath(sample, sample.removed), sample.file]);
    expect(piece).toBe(
      Buffer.from(format.extract(format.parse(sample.text, "open"), wayTo(sample, sample.removed))).toString(),
    );
  },
};

/** Every selection with one reader, then every reader with the default selection; in npm test with every other verb. */
export function checkMatrix(check: Check, sample: Sample, readers: readonly Readers[]): void {
  const [first, second] = readers;
  const [plain] = SELECTIONS;
  if (first === undefined || second === undefined || plain === undefined) throw new Error("nothing to check");
  const cases: readonly Case[] = [
    ...SELECTIONS.map((selection) => ({ sample, selection, who: first })),
    ...readers.slice(1).map((who) => ({ sample, selection: plain, who })),
  ];
  for (const [turn, given] of cases.entries()) {
    for (const [title, verb] of sampled(Object.entries(VERBS), 2, turn)) {
      check(`${sample.format.name}, ${given.selection.title}, ${given.who.title}: ${title}`, (path) =>
        withSops(path, given.who.keys, (sops) => verb(sops, given)),
      );
    }
  }
  check(`${sample.format.name}: readers that we add and remove, sops agrees with`, (path) =>
    updatekeys(path, { sample, selection: plain, who: first }, second),
  );
  check(`${sample.format.name}: ten rounds of alternating edits lose nothing`, (path) =>
    withSops(path, first.keys, (sops) => rounds(sops, { sample, selection: plain, who: first })),
  );
}

async function updatekeys(path: string, given: Case, second: Readers): Promise<void> {
  const { sample, who } = given;
  let text = "";
  await withSops(path, who.keys, async (sops) => {
    const before = await opened(theirs(sops, given), sample.format, who);
    const wanted = [[...who.groups.flat(), ...second.groups.flat()]];
    const { dataKey } = before;
    const metadata = await wrapDataKey({
      metadata: before.metadata,
      dataKey,
      wanted,
      threshold: 0,
      isNewKey: false,
      keyring,
    });
    ({ text } = await rewriteMetadata(before, metadata));
    const gone = before.text.split("\n").filter((line) => !text.includes(line));
    expect(gone).toEqual([]);
    expectPlain(sops.decrypt(sample.file, text), sample.text, sample.format);
  });
  await withSops(path, second.keys, async (sops) => {
    expectPlain(sops.decrypt(sample.file, text), sample.text, sample.format);
    sops.write(".sops.yaml", `creation_rules:\n  - age: "${second.groups.flat()[0]?.text}"\n`);
    const fewer = sops.change(sample.file, text, (file) => ["updatekeys", "-y", file]);
    expectPlain((await opened(fewer, sample.format, second)).openText, sample.text, sample.format);
    await expect(opened(fewer, sample.format, who)).rejects.toMatchObject({ code: "no-identity" });
  });
}

async function rounds(sops: Sops, given: Case): Promise<void> {
  const { sample, who } = given;
  const { format } = sample;
  let text = theirs(sops, given);
  const expected = [...facts(sample.text, format)];
  for (let round = 0; round < 10; round += 1) {
    const key = `round${round}`;
    if (round % 2 === 0) {
      const before = await opened(text, format, who);
      text = await edited(
        before,
        format.set(format.parse(before.openText, "open"), wayTo(sample, key), JSON.stringify(`ours ${round}`)),
      );
      expected.push(`${wayTo(sample, key).join(":")} str ours ${round}`);
    } else {
      text = sops.change(sample.file, text, (file) => [
        "set",
        file,
        sopsPath(sample, key),
        JSON.stringify(`theirs ${round}`),
      ]);
      expected.push(`${wayTo(sample, key).join(":")} str theirs ${round}`);
    }
    const [we, they] = [(await opened(text, format, who)).openText, sops.decrypt(sample.file, text)];
    expect(they).not.toContain("ENC[");
    expect(facts(we, format)).toEqual(expected);
    expect(facts(they, format)).toEqual(expected);
  }
}
