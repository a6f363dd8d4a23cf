/**
 * What do the real sops and we make of one document, and of one change to it?
 */
import { sealDocument } from "../../src/documents/sops/seal.ts";
import type { OpenedDocument } from "../../src/documents/sops/document.ts";
import { editDocument, rotateDocument } from "../../src/documents/sops/verbs.ts";
import { settingsIn } from "../../src/agreement/wanted-settings.ts";
import type { SelectionSettings } from "../../src/documents/sops/selection.ts";
import { converted } from "../../src/formats/convert.ts";
import type { Format, Step } from "../../src/formats/format.ts";
import { keyring } from "../../src/keys/index.ts";
import type { Identity } from "../../src/keys/recipient.ts";
import { freshly, NOW, opened } from "../documents/ring.ts";
import type { Sops } from "../interop/sops-peer.ts";

export const OPERATIONS = ["set", "unset", "rotate", "edit", "extract", "convert"] as const;

export interface Case {
  readonly format: Format;
  /** Open texts as the format decodes them: the document, and another one that it is edited to. */
  readonly text: string;
  readonly other: string;
  readonly operation: (typeof OPERATIONS)[number];
  /** What is set, as JSON, and which of the places. */
  readonly value: string;
  readonly at: number;
  readonly to: Format;
  readonly settings: SelectionSettings;
}

/** Something that the two do not do alike: what each printed, or why it refused. */
export interface Difference {
  readonly stage: string;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

export type Outcome = { readonly said: string } | { readonly refused: string };

export interface World {
  readonly sops: Sops;
  readonly identities: readonly Identity[];
}

interface Round extends World, Case {
  readonly file: string;
}

const SUFFIXES: Readonly<Record<string, string>> = { yaml: ".yaml", json: ".json", dotenv: ".env", ini: ".ini" };

/** The first difference between the two, or undefined. */
export async function difference(world: World, given: Case): Promise<Difference | undefined> {
  const round: Round = { ...world, ...given, file: `f${SUFFIXES[given.format.name] ?? ".bin"}` };
  const ours = await outcome(() => encrypted(round));
  const theirs = await outcome(() => encryptedBySops(round, round.text));
  if ("refused" in ours || "refused" in theirs)
    return "said" in ours || "said" in theirs ? { stage: "encrypt", ours, theirs } : undefined;
  return (
    (await readAlike(round, "encrypt", { ours: ours.said, theirs: theirs.said })) ??
    (await commentsOpen(round, ours.said)) ??
    (await unchanged(round, theirs.said)) ??
    changedAlike(round, ours.said, theirs.said)
  );
}

async function outcome(work: () => Promise<string> | string): Promise<Outcome> {
  try {
    return { said: await work() };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

async function different(
  stage: string,
  ours: () => Promise<string> | string,
  theirs: () => Promise<string> | string,
): Promise<Difference | undefined> {
  const [us, them] = [await outcome(ours), await outcome(theirs)];
  const isSame = "said" in us ? "said" in them && us.said === them.said : "refused" in them;
  return isSame ? undefined : { stage, ours: us, theirs: them };
}

const settingsOf = ({ format, settings }: Round) => settingsIn(format, settings);
const groupsOf = ({ identities }: Round) => [identities.flatMap(({ recipients }) => recipients)];

async function encrypted(round: Round, text = round.text): Promise<string> {
  const { format } = round;
  const sealed = await freshly({
    text: format.decode(format.encode(text), "open"),
    format,
    recipients: groupsOf(round),
    settings: settingsOf(round),
  });
  // Of YAML there is no spelling for some oddities: values and comments are the same.
  if (!sealed.exact && format.name !== "yaml") throw new Error("the bytes did not come back");
  return sealed.text;
}

function encryptedBySops(round: Round, text: string): string {
  const { sops, file, format } = round;
  const { rule, macOnlyEncrypted } = round.settings;
  const lines = [
    `  - age: ${groupsOf(round)[0]
      ?.map((each) => each.text)
      .join(",")}`,
    ...(rule === undefined ? [] : [`    ${rule.name}: ${JSON.stringify(rule.value)}`]),
    `    mac_only_encrypted: ${macOnlyEncrypted}`,
  ];
  sops.write(".sops.yaml", ["creation_rules:", ...lines, ""].join("\n"));
  sops.write(file, format.encode(text));
  return sops.run(["encrypt", file]);
}

/** Of YAML the values alone, for sops itself moves, drops or leaves encrypted many a comment; in what we wrote none may be left encrypted. */
function valuesBySops(round: Round, sealed: string): string {
  if (round.format.name !== "yaml") return decryptedBySops(round, sealed);
  return decryptedBySops(round, sealed, "--output-type", "json");
}

function decryptedBySops({ sops, file }: Round, sealed: string, ...flags: readonly string[]): string {
  sops.write(file, sealed);
  return sops.bytes(["decrypt", ...flags, file]).toString("latin1");
}

/** Whether sops prints the same of both, and whether we find the same in both. */
async function readAlike(
  round: Round,
  stage: string,
  { ours, theirs }: { readonly ours: string; readonly theirs: string },
): Promise<Difference | undefined> {
  return (
    (await different(
      `${stage}, then sops decrypts`,
      () => valuesBySops(round, ours),
      () => valuesBySops(round, theirs),
    )) ??
    different(
      `${stage}, then we decrypt`,
      async () => facts(await reopened(round, ours)),
      async () => facts(await reopened(round, theirs)),
    )
  );
}

const reopened = ({ format, identities }: Round, sealed: string) => opened(sealed, format, identities);

/** sops does not fail at a comment that it finds in another place than it was sealed for: it prints the ENC text. */
function commentsOpen(round: Round, sealed: string): Promise<Difference | undefined> {
  const left = (text: string) => String(text.split("ENC[AES256_GCM").length - 1);
  return different(
    "encrypt, then sops opens the comments",
    () => left(decryptedBySops(round, sealed)),
    () => left(round.text),
  );
}

/**
 * Every value and every comment that says something, with its path, its type and its bytes. Which of sops' numbers are integers its commands do not
 * agree on, and comments that stay unencrypted it prints with its own marks.
 */
function facts({ format, leaves }: OpenedDocument): string {
  return leaves
    .filter(({ leaf, scalar }) => leaf.kind === "value" || scalar.bytes.length > 0)
    .flatMap(({ leaf, scalar: { type, bytes } }) => {
      const text = Buffer.from(bytes).toString("latin1");
      if (leaf.kind === "value" && type !== "comment") {
        const kind = type === "int" || type === "float" ? "number" : type;
        return [`${leaf.document} ${JSON.stringify(leaf.path)} ${kind} ${text}`];
      }
      return format.name === "yaml" ? [] : [`# ${text.replaceAll(/^[#; ]+/gm, "")}`];
    })
    .join("\n");
}

/** Saving what sops wrote changes no byte. */
async function unchanged(round: Round, sealed: string): Promise<Difference | undefined> {
  const { format } = round;
  return different(
    "save unchanged",
    async () => {
      const before = await reopened(round, sealed);
      const { dataKey, metadata, openText } = before;
      return (await sealDocument({ text: openText, format, dataKey, metadata, earlier: [before], now: NOW })).text;
    },
    () => sealed,
  );
}

/** One of the two makes a change to what one of the two wrote. */
async function changedAlike(round: Round, ours: string, theirs: string): Promise<Difference | undefined> {
  const { sops, file, format, operation, value, to } = round;
  const base = await reopened(round, round.at % 2 === 0 ? ours : theirs);
  const parsed = format.parse(base.openText, "open");
  const steps = placeIn(round, base);
  const way = sopsPath(steps);
  const change = async (mine: () => Promise<string>, args: readonly string[]) => {
    const us = await outcome(mine);
    const them = await outcome(() => sops.change(file, base.text, () => args));
    if ("said" in us && "said" in them) return readAlike(round, operation, { ours: us.said, theirs: them.said });
    return "said" in us || "said" in them ? { stage: operation, ours: us, theirs: them } : undefined;
  };
  const edit = async (text: string) => (await editDocument(base, { text, now: NOW })).text;
  switch (operation) {
    case "set":
      return way === undefined
        ? undefined
        : change(() => edit(format.set(parsed, steps, value)), ["set", file, way, value]);
    case "unset":
      return way === undefined ? undefined : change(() => edit(format.unset(parsed, steps)), ["unset", file, way]);
    case "rotate":
      return change(async () => (await rotateDocument(base, { keyring, now: NOW })).text, ["rotate", "-i", file]);
    case "extract":
      return way === undefined
        ? undefined
        : different(
            "extract",
            () => Buffer.from(format.extract(parsed, steps)).toString("latin1"),
            () => decryptedBySops(round, base.text, "--extract", way),
          );
    case "convert":
      return different(
        `convert to ${to.name}`,
        () => Buffer.from(to.encode(converted({ parsed, from: format, to }).text)).toString("latin1"),
        () => decryptedBySops(round, base.text, "--output-type", to.name),
      );
    case "edit": {
      const [us, them] = [
        await outcome(() => edit(round.other)),
        await outcome(() => encryptedBySops(round, round.other)),
      ];
      return "said" in us && "said" in them
        ? readAlike(round, operation, { ours: us.said, theirs: them.said })
        : undefined;
    }
  }
}

/** A value of the document, what it stands in, or something beside it that is not there. */
function placeIn({ at, format }: Round, { leaves, text }: OpenedDocument): readonly Step[] {
  const places = leaves
    .filter(({ leaf }) => leaf.kind === "value" && leaf.document === 0)
    .map(({ leaf }) => leaf.steps);
  const found = places[at % Math.max(places.length, 1)] ?? [];
  // sops counts the comments in a list.
  const list = text.includes("#") ? found.findIndex((step) => typeof step === "number") : -1;
  const steps = list === -1 ? found : found.slice(0, list);
  const upper = at % 5 === 0 ? steps.slice(0, 1 + (at % Math.max(steps.length, 1))) : steps;
  if (at % 3 > 0 && upper.length > 0) return upper;
  return [...upper.slice(0, -1), ...(format.name === "ini" && upper.length === 0 ? ["s"] : []), "new"];
}

/** As sops spells a path, where it can. */
function sopsPath(steps: readonly Step[]): string | undefined {
  if (steps.some((step) => typeof step === "string" && /[[\]"'\\\0]/.test(step))) return undefined;
  return steps.map((step) => (typeof step === "number" ? `[${step}]` : `["${step}"]`)).join("");
}
