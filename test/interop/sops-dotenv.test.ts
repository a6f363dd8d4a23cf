import fc from "fast-check";
import { expect } from "vitest";
import { dotenv } from "../../src/formats/dotenv.ts";
import { freshly, identitiesOf, opened } from "../documents/ring.ts";
import { text as anyText } from "../formats/made-dotenv.ts";
import { describePeer } from "./peer.ts";
import { checkMatrix, everybody, type Sample } from "./sops-matrix.ts";
import { facts, KEYS, withSops, type Sops } from "./sops-peer.ts";

const SAMPLE: Sample = {
  file: "sample.env",
  format: dotenv,
  text: String.raw`# the database
USER=alice

export QUOTED="two words"
password='hunter2'
LINES=first\nsecond\n
EMPTY=
kind=app
data=x=y
api_secret=$HOME/${"${x}"} # not a comment
 BLANKS = around 
note_unencrypted=public
note_clear=public
#last
ünïcödé=😀
`,
  edit: ["USER=alice", "USER=alicia"],
  sed: "s/USER=alice/USER=alicia/",
  removed: "password",
};

const readers = await everybody();

/** What sops makes of a plain text, and what it prints of it again. */
async function sameBytes(sops: Sops, texts: readonly string[]): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipient = identities[0]?.recipients[0];
  for (const [index, text] of texts.entries()) {
    const name = `${index}.env`;
    sops.write(name, text);
    const theirs = sops.run(["encrypt", "--age", recipient?.text ?? "", name]);
    const printed = sops.decrypt(name, theirs);
    expect((await opened(theirs, dotenv, identities)).openText).toBe(printed);
    const ours = await freshly({ text, format: dotenv, recipients: [recipient === undefined ? [] : [recipient]] });
    expect(ours.opened.openText).toBe(text);
    expect(sops.decrypt(name, ours.text)).toBe(printed);
  }
}

async function typedValuesArePrintedAlike(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipient = identities[0]?.recipients[0];
  const numbers = ["200000.0", "1234567.5", "2e10", "2e-10", "0.0001", "0.00001234", "1e21", "-0.0", "5", "100000.0"];
  sops.write(
    "typed.json",
    JSON.stringify({ b: true, s: "a\nb" }).replace("}", numbers.map((n, i) => `,"n${i}":${n}`).join("") + "}"),
  );
  const theirs = sops.run(["encrypt", "--age", recipient?.text ?? "", "--output-type", "dotenv", "typed.json"]);
  expect((await opened(theirs, dotenv, identities)).openText).toBe(sops.decrypt("typed.env", theirs));
}

async function setValuesAreRead(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipients = [identities.flatMap((each) => each.recipients)];
  const sealed = await freshly({ text: "A=1\n", format: dotenv, recipients });
  const changed = sops.change("set.env", sealed.text, (file) => ["set", file, '["B"]', '"two\\nlines"']);
  expect(facts((await opened(changed, dotenv, identities)).openText, dotenv)).toEqual(["A str 1", "B str two\nlines"]);
}

describePeer("sops", (check) => {
  checkMatrix(check, SAMPLE, readers);

  check("dotenv: any text means the same to both, and keeps its bytes with us", (path) =>
    withSops(path, { native: KEYS.native }, (sops) =>
      sameBytes(sops, [
        "A=1",
        "A=1\nA=2\n",
        "#\n# \nA=\\n\\\\n\n",
        "A=1\r\nB=2\r\n",
        "=no key\n",
        ...fc.sample(anyText, { numRuns: 20, seed: 42 }),
      ]),
    ),
  );
  check("dotenv: numbers, Booleans and line breaks are printed as sops prints them", (path) =>
    withSops(path, { native: KEYS.native }, typedValuesArePrintedAlike),
  );
  check("dotenv: what sops sets has the same value with us", (path) =>
    withSops(path, { native: KEYS.native }, setValuesAreRead),
  );
});
