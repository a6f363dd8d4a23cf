/**
 * Do the real sops and we encrypt the same values and comments where comments decide?
 *
 * A few made documents on every run; SECRETS_FUZZ_MINUTES=30 goes on for as long, from SECRETS_SEED on.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { looksSealed } from "../../src/crypto/value-cipher.ts";
import { readDocument } from "../../src/documents/sops/document.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { dotenv } from "../../src/formats/dotenv.ts";
import type { Format, Leaf } from "../../src/formats/format.ts";
import { ini } from "../../src/formats/ini.ts";
import { textOfScalar } from "../../src/formats/scalar.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { freshly, NOW, opened } from "../documents/ring.ts";
import { text as anyDotenv } from "../formats/made-dotenv.ts";
import { text as anyIni } from "../formats/made-ini.ts";
import { layoutOf } from "../formats/yaml-layouts.ts";
import { IS_WHOLE } from "../sample.ts";
import { SEED } from "../seed.ts";
import { describePeer } from "./peer.ts";
import { everybody, type Readers } from "./sops-matrix.ts";
import { facts, withSops, type Sops } from "./sops-peer.ts";

const MINUTES = Number(process.env["SECRETS_FUZZ_MINUTES"] ?? 0);
const FEW = IS_WHOLE ? 30 : 10;

/** Texts with comments, and an expression that about half of those match and no ENC text. */
const MAKERS: readonly { format: Format; file: string; expression: string; make: (seed: number) => string }[] = [
  {
    format: yaml,
    file: "made.yaml",
    expression: "[13579]$",
    make: (seed) => `${layoutOf(seed, { lossy: seed % 2 === 0, wild: seed % 3 === 0 })}\n`,
  },
  {
    format: dotenv,
    file: "made.env",
    expression: "[a-m]$|^ |^$",
    make: (seed) => fc.sample(anyDotenv, { numRuns: 1, seed }).join(""),
  },
  {
    format: ini,
    file: "made.ini",
    expression: "[abX]$",
    make: (seed) => fc.sample(anyIni, { numRuns: 1, seed }).join(""),
  },
];

/** Which values are encrypted, by path and in order; which comments are not, of how many. */
function told(text: string, format: Format) {
  const { leaves } = readDocument(text, format).parsed;
  const isSealed = (leaf: (typeof leaves)[number]) => looksSealed(textOfScalar(leaf.scalar) ?? "");
  const comments = leaves.filter(({ kind }) => kind === "comment");
  const clear = comments.filter((leaf) => !isSealed(leaf));
  return {
    values: leaves
      .filter(({ kind }) => kind === "value")
      .map((leaf) => `${leaf.document} ${leaf.path.join(":")} ${isSealed(leaf) ? "encrypted" : "unencrypted"}`),
    // go-ini prints the marks of the second line and of those after it in its own way.
    comments: new Set(
      clear.map(({ scalar }) =>
        textOfScalar(scalar)
          ?.replaceAll(/^[;#\s]+/gm, "")
          .trim(),
      ),
    ),
    all: comments.length,
  };
}

interface Tried {
  readonly sops: Sops;
  readonly who: Readers;
  readonly maker: (typeof MAKERS)[number];
  readonly name: "encrypted_comment_regex" | "unencrypted_comment_regex";
  readonly macOnly: boolean;
}

async function compared({ sops, who, maker, name, macOnly }: Tried, text: string): Promise<void> {
  const { format, file, expression } = maker;
  const settings = selectionSettings({ [name]: expression }, macOnly);
  const ours = await freshly({ text, format, settings, recipients: who.groups });
  expect(sops.decrypt(file, ours.text)).not.toContain("ENC[AES");
  const we = told(ours.text, format);
  const edited = await editDocument(ours.opened, { text: `${text}\n`, now: NOW });
  expect(told(edited.text, format).values).toEqual(we.values);

  sops.write(".sops.yaml", rule({ who, name, expression, macOnly }));
  sops.write(file, text);
  const theirs = sops.run(["encrypt", file]);
  const values = (open: string) => facts(open, format).filter((fact) => !fact.startsWith(" # "));
  const printed = attempt(() => values(sops.decrypt(file, theirs)));
  // go-yaml cannot always read what it prints: blocks in lists, comments that it puts somewhere else.
  const isReadBack = JSON.stringify(printed) === JSON.stringify(values(text));
  const they = attempt(() => told(theirs, format));
  if (they !== undefined) expect(we.values).toEqual(they.values);
  if (!isReadBack) return;
  expect(they).toBeDefined();
  // It drops comments in places that it does not know, and those at the end may stand elsewhere once metadata follows.
  if (they?.all === we.all && isLaidOutAlike(text, ours.opened.leaves, format)) expect(we).toEqual(they);
  expect(values((await opened(theirs, format, who.identities)).openText)).toEqual(values(text));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function isLaidOutAlike(text: string, sealed: readonly { readonly leaf: Leaf }[], format: Format): boolean {
  const paths = (leaves: readonly Leaf[]) =>
    JSON.stringify(leaves.map(({ kind, steps, above }) => [kind, steps, above]));
  return !text.includes("...") && paths(format.parse(text, "open").leaves) === paths(sealed.map(({ leaf }) => leaf));
}

function rule({ who, name, expression, macOnly }: Omit<Tried, "sops" | "maker"> & { expression: string }): string {
  const age = who.groups.flat().map(({ text }) => text);
  return `creation_rules:\n  - age: "${age.join(",")}"\n    ${name}: '${expression}'\n    mac_only_encrypted: ${macOnly}\n`;
}

/** sops writes a comment in a list as an item, which ends what the comments before it say once the file is read. */
async function commentsInLists(sops: Sops, who: Readers): Promise<void> {
  const text = "list:\n    # seal\n    # why\n    - one\n    - two\n";
  const ours = await freshly({
    text,
    format: yaml,
    settings: selectionSettings({ encrypted_comment_regex: "seal" }, false),
    recipients: who.groups,
  });
  expect(sops.decrypt("list.yaml", ours.text)).toBe(text);
  sops.write(".sops.yaml", rule({ who, name: "encrypted_comment_regex", expression: "seal", macOnly: false }));
  sops.write("list.yaml", text);
  const theirs = sops.run(["encrypt", "list.yaml"]);
  expect(told(ours.text, yaml)).toEqual(told(theirs, yaml));
  expect((await opened(theirs, yaml, who.identities)).openText).toBe(text);
  expect(() => sops.decrypt("list.yaml", theirs)).toThrow("MAC");
}

const [who] = await everybody();

describePeer("sops", (check) => {
  if (who === undefined) throw new Error("no readers");
  check("sops cannot open its own file with an encrypted comment in a list, and opens ours", (binary) =>
    withSops(binary, who.keys, (sops) => commentsInLists(sops, who)),
  );
  for (const maker of MAKERS) {
    for (const name of ["encrypted_comment_regex", "unencrypted_comment_regex"] as const) {
      check(`${maker.format.name}, ${name}: the same values and comments are encrypted`, (binary) =>
        withSops(binary, who.keys, async (sops) => {
          const end = performance.now() + MINUTES * 60_000;
          for (let seed = SEED; seed < SEED + FEW || performance.now() < end; seed += 1) {
            const text = maker.make(seed);
            try {
              await compared({ sops, who, maker, name, macOnly: seed % 4 === 0 }, text);
            } catch (error) {
              throw new Error(`seed ${seed}, in this text:\n${text}`, { cause: error });
            }
          }
        }),
      );
    }
  }
});
