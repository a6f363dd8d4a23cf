import fc from "fast-check";
import { expect } from "vitest";
import { ini } from "../../src/formats/ini.ts";
import { freshly, identitiesOf, opened } from "../documents/ring.ts";
import { text as anyText } from "../formats/made-ini.ts";
import { describePeer } from "./peer.ts";
import { checkMatrix, everybody, type Sample } from "./sops-matrix.ts";
import { facts, KEYS, withSops, type Sops } from "./sops-peer.ts";

const SAMPLE: Sample = {
  file: "sample.ini",
  format: ini,
  text: `; who owns it
; and since when
owner = ops
empty =

# the database
[database]
user=alice
  host : db.example   ; behind the wall
password = \`p#ss;word\`
long = one \\
   two
pem = """-----BEGIN
line
-----END
"""

[app_unencrypted]
kind = web

[data]
quoted = "two words"
password = 'hunter2'
note_clear = public
# above the last
with:colon = x
`,
  edit: ["user=alice", "user=alicia"],
  sed: "s/= alice$/= alicia/;s/=alice$/=alicia/",
  removed: "password",
  section: "data",
};

const readers = await everybody();

/** What sops makes of a plain text, and what it prints of it again. */
async function sameValues(sops: Sops, texts: readonly string[]): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipient = identities[0]?.recipients[0];
  for (const [index, text] of texts.entries()) {
    const name = `${index}.ini`;
    sops.write(name, text);
    const theirs = sops.run(["encrypt", "--age", recipient?.text ?? "", name]);
    const ours = await freshly({ text, format: ini, recipients: [recipient === undefined ? [] : [recipient]] });
    expect(ours.opened.openText).toBe(text);
    expect(facts((await opened(theirs, ini, identities)).openText, ini)).toEqual(facts(text, ini));
    expect(sops.decrypt(name, ours.text)).toBe(sops.decrypt(name, theirs));
  }
}

async function valuesAreWrittenAlike(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipient = identities[0]?.recipients[0];
  const values = ["a\nb", "a`b", "a#b", "a;b", " x ", "", "plain", "k=v", "2 words", 'in "the" middle'];
  const section = Object.fromEntries(values.map((value, index) => [`key ${index}`, value]));
  sops.write("typed.json", JSON.stringify({ s: { ...section, b: true, i: 5, "k=v": "x" } }));
  const theirs = sops.run(["encrypt", "--age", recipient?.text ?? "", "--output-type", "ini", "typed.json"]);
  const { openText } = await opened(theirs, ini, identities);
  const [content] = ini.read(ini.parse(openText, "open"));
  expect(content === undefined ? "" : ini.write(content)).toBe(sops.decrypt("typed.ini", theirs));
}

describePeer("sops", (check) => {
  checkMatrix(check, SAMPLE, readers);

  check("ini: any text means the same to both, and keeps its bytes with us", (path) =>
    withSops(path, { native: KEYS.native }, (sops) =>
      sameValues(sops, [
        "a=1\n",
        "[s]\na=1\r\nb = 2\r\n",
        "[s]\na = 1\n[s]\na = 2\n",
        ' [ s ] \n a = "x"  \n',
        "a = 'x\n",
        ...fc.sample(anyText, { numRuns: 25, seed: 42 }),
      ]),
    ),
  );
  check("ini: values are quoted as sops quotes them", (path) =>
    withSops(path, { native: KEYS.native }, valuesAreWrittenAlike),
  );
});
