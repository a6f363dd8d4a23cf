/** SEC018: is there something odd in the metadata of an encrypted file? */
import type { Tree } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { staysClear } from "../../formats/scalar.ts";
import { RULE_NAMES, usableSelection } from "../../documents/sops/selection.ts";
import { entryKinds } from "../../keys/entries/index.ts";
import { isList, isMapping } from "../../formats/tree.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { Draft, Rule } from "../finding.ts";
import { placeOf, placesOfWords } from "../reading/place.ts";

/** Clocks differ; a day is more than that. */
const TOLERANCE = 24 * 60 * 60 * 1000;

export const sec018: Rule = {
  id: "SEC018",
  title: "weak or foreign metadata",
  severity: "warning",
  explanation: {
    what: [
      "mac_only_encrypted beside unencrypted values, although the rule does not set it;",
      "a Shamir threshold that does not fit the key groups; a lastmodified in the future.",
      "A field that sops does not write, or a version that does not exist (warnings).",
    ],
    why: [
      "Unencrypted values can be changed unnoticed; too high a threshold locks everybody out.",
      "The others are signs of a wrong clock, or of editing by hand.",
    ],
    fix: [
      "secrets rekey FILE fixes mac_only_encrypted, secrets rekey --force FILE renews the time.",
      "If it does not open or verify: git checkout COMMIT -- FILE. Remove foreign fields.",
    ],
    limits: ["Up to one day ahead counts as a fast clock. Known fields: sops up to 3.13, and secrets_spelling."],
  },
  file: async ({ content, governed, now }) => {
    if (content.kind !== "sops") return [];
    const { document } = content;
    const asked = governed?.ruling.settings.macOnlyEncrypted === true;
    return [
      ...(asked ? [] : await uncovered(document)),
      ...threshold(document),
      ...version(document),
      ...future(document, now),
      ...unknown(document),
    ];
  },
};

async function uncovered({ metadata, parsed, text }: SopsDocument): Promise<Draft[]> {
  if (!metadata.settings.macOnlyEncrypted) return [];
  const selects = await usableSelection(metadata.settings);
  if (selects === undefined) return [];
  const clear = parsed.leaves.filter((leaf) => leaf.kind === "value" && !selects(leaf) && !staysClear(leaf.scalar));
  if (clear.length === 0) return [];
  const message = `mac_only_encrypted: its MAC does not cover ${clear.length} unencrypted values`;
  return [{ severity: "note", message, subject: "mac", place: placeOf(text, text.lastIndexOf("mac_only_encrypted")) }];
}

function threshold({ metadata, text }: SopsDocument): Draft[] {
  const { groups } = metadata;
  const place = placeOf(text, text.lastIndexOf("shamir_threshold"));
  const note = (message: string): Draft[] => [{ severity: "note", message, subject: "threshold", place }];
  if (metadata.threshold === 0) return [];
  if (groups.length < 2) return note("it has a shamir_threshold but no key groups, so the threshold has no effect");
  if (metadata.threshold === 1) return note("its shamir_threshold is 1, which sops never writes: nobody can open it");
  if (metadata.threshold <= groups.length) return [];
  return note(`it needs ${metadata.threshold} key groups to open, and has ${groups.length}`);
}

/** sops has had entries for age since 3.7, and there is no sops 4. */
function version({ metadata, text }: SopsDocument): Draft[] {
  const { groups, version: claimed } = metadata;
  if (claimed === "" || !groups.some(({ age }) => age.length > 0) || /^v?3\.\d+\.\d+(?:[-+].*)?$/.test(claimed))
    return [];
  const message = "its version is not that of any sops that supports age";
  return [
    { severity: "warning", message, subject: "version", place: placeOf(text, text.search(/\bversion"?\s*[:=]/)) },
  ];
}

function future({ metadata, text }: SopsDocument, now: Date): Draft[] {
  if (metadata.lastModified === "" || Date.parse(metadata.lastModified) <= now.getTime() + TOLERANCE) return [];
  const message = "lastmodified is in the future";
  return [
    { severity: "note", message, subject: "lastmodified", place: placeOf(text, text.lastIndexOf("lastmodified")) },
  ];
}

function unknown({ metadata, text }: SopsDocument): Draft[] {
  const ways = unknownIn(metadata.tree ?? new Map(), FIELDS);
  const nameOf = (way: readonly string[]) => way.at(-1) ?? "";
  const placeOfName = placesOfWords(text, ways.map(nameOf), "last");
  return ways.map((way) => {
    const key = stepsText(["sops", ...way]);
    const place = placeOfName(nameOf(way));
    const message = `${key} is not a field of sops' metadata: it is unencrypted, and sops drops it`;
    return { severity: "warning", message, subject: key, place };
  });
}

type Fields = ReadonlyMap<string, Fields | undefined>;

/** Fields with nothing below them that is known by name. */
function plain(...names: readonly string[]): Fields {
  return new Map(names.map((name) => [name, undefined]));
}

const GROUP = entryKinds.map(({ type, fields }) => [type, plain(...fields)] as const);

const FIELDS: Fields = new Map<string, Fields | undefined>([
  ...plain(...RULE_NAMES, "lastmodified", "mac", "mac_only_encrypted", "shamir_threshold", "version"),
  // Ours, and what the first versions of sops wrote.
  ...plain("secrets_spelling", "attention"),
  ...GROUP,
  ["key_groups", new Map(GROUP)],
]);

/**
 * The ways to what no sops writes, each as far as it is known and one step more. sops reads past it and drops it when it writes, so it
 * is unencrypted and covered by nothing.
 */
function unknownIn(tree: Tree, fields: Fields): string[][] {
  if (isList(tree)) return tree.flatMap((item, index) => prefixed(String(index), unknownIn(item, fields)));
  if (!isMapping(tree)) return [];
  return [...tree].flatMap(([key, value]) => {
    const name = key.toLowerCase();
    if (!fields.has(name)) return [[key]];
    const below = fields.get(name);
    return below === undefined ? [] : prefixed(key, unknownIn(value, below));
  });
}

function prefixed(step: string, ways: readonly string[][]): string[][] {
  return ways.map((way) => [step, ...way]);
}
