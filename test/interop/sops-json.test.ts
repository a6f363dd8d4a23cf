import fc from "fast-check";
import { expect } from "vitest";
import { editDocument } from "../../src/documents/sops/verbs.ts";
import { json } from "../../src/formats/json.ts";
import { freshly, identitiesOf, opened } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { checkMatrix, everybody, type Sample } from "./sops-matrix.ts";
import { facts, KEYS, withSops, type Sops } from "./sops-peer.ts";

const SAMPLE: Sample = {
  file: "sample.json",
  format: json,
  text: `{
	"kind": "Secret",
	"meta": { "name": "app", "labels": ["a", "b"] },
	"2": "order counts",
	"1": "so does this",
	"data": {
		"user": "alice",
		"quotes": "\\"<&>\\" \\\\ é \\u2028 😀",
		"pem": "-----BEGIN\\nline\\n-----END\\n",
		"empty": "",
		"none": null,
		"nested": { "list": [1, [2, 3], { "deep": true }], "map": {}, "seq": [] }
	},
	"password": "hunter2",
	"port": 9223372036854775807,
	"ratio": 0.1,
	"big": 1e+21,
	"small": 1e-7,
	"flags": [true, false, true],
	"api_secret": { "id": 7, "key": "k" },
	"note_unencrypted": "in clear",
	"note_clear": { "x": 1.5 },
	"with:colon": "x"
}
`,
  edit: ['"alice"', '"alicia"'],
  sed: 's/"alice"/"alicia"/',
  removed: "password",
};

const readers = await everybody();

async function everyLayoutOpens(sops: Sops): Promise<void> {
  const recipients = [(await identitiesOf(KEYS.native)).flatMap((each) => each.recipients)];
  const layouts = [
    "{}",
    "{ }",
    "{\n}\n",
    '{"a":1}',
    '{"a": "x", "b": [1 , 2]}',
    '{\r\n  "a": {"b": 1}\r\n}\r\n',
    '{"a":1.10,"b":"\\u0041\\/"}',
  ];
  for (const text of layouts) {
    const sealed = await freshly({ text, format: json, recipients });
    expect(facts(sops.decrypt("layout.json", sealed.text), json)).toEqual(facts(text, json));
  }
}

async function ourFieldIsDropped(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipients = [identities.flatMap((each) => each.recipients)];
  const sealed = await freshly({ text: '{"a": 1.10}', format: json, recipients });
  expect(sealed.text).toContain("secrets_spelling");
  const rewritten = sops.change("own.json", sealed.text, (file) => ["set", file, '["b"]', '"x"']);
  expect(rewritten).not.toContain("secrets_spelling");
  expect((await opened(rewritten, json, identities)).openText).toBe('{\n\t"a": 1.1,\n\t"b": "x"\n}\n');
}

/** Number literals of every shape; the same ones each time. */
function numberLiterals(count: number): readonly string[] {
  const digits = fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 1, maxLength: 22 });
  const whole = fc.oneof(
    digits.map((text) => text.replace(/^0+(?=.)/, "")),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map((value) => value.toString().replace("-", "")),
    fc.constantFrom("0", "9223372036854775807", "9223372036854775808", "18446744073709551616"),
  );
  const fraction = fc.oneof(
    fc.constant(""),
    digits.map((text) => `.${text}`),
  );
  const exponent = fc.oneof(
    fc.constant(""),
    fc
      .tuple(fc.constantFrom("e", "E", "e+", "e-", "E-"), fc.integer({ min: 0, max: 280 }))
      .map((parts) => parts.join("")),
  );
  const literal = fc.tuple(fc.constantFrom("", "-"), whole, fraction, exponent).map((parts) => parts.join(""));
  const shortest = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value));
  return fc.sample(fc.oneof(literal, shortest), { numRuns: count, seed: 42 });
}

async function numbersAreTyped(sops: Sops): Promise<void> {
  const literals = numberLiterals(5000).filter((literal) => Number.isFinite(Number(literal)));
  const text = `{"n": [\n${literals.join(",\n")}\n]}`;
  const identities = await identitiesOf(KEYS.native);
  sops.write("numbers.json", text);
  const recipient = identities[0]?.recipients[0]?.text ?? "";
  const document = await opened(sops.run(["encrypt", "--age", recipient, "numbers.json"]), json, identities);
  const ours = json
    .parse(text, "open")
    .leaves.map(({ scalar }) => `${scalar.type} ${Buffer.from(scalar.bytes).toString()}`);
  const theirs = document.leaves.map(({ scalar }) => `${scalar.type} ${Buffer.from(scalar.bytes).toString()}`);
  expect(ours).toEqual(theirs);
}

async function stringsAreRead(sops: Sops): Promise<void> {
  const escapes = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text).slice(1, -1)),
    fc.integer({ min: 0, max: 0xffff }).map((code) => `\\u${code.toString(16).padStart(4, "0")}`),
    fc.constantFrom(
      "\\/",
      "\\b\\f\\n\\r\\t",
      '\\"',
      "\\\\",
      "\u2028",
      "\u0085",
      "\u007f",
      "\\ud83d\\ude00",
      "\\ude00\\ud83d",
    ),
  );
  const literals = fc.sample(
    fc.array(escapes, { minLength: 1 }).map((parts) => parts.join("")),
    { numRuns: 2000, seed: 42 },
  );
  const text = `{${literals.map((literal, index) => `"${index} ${literal}": "${literal}"`).join(",\n")}}`;
  const identities = await identitiesOf(KEYS.native);
  sops.write("strings.json", text);
  const recipient = identities[0]?.recipients[0]?.text ?? "";
  const document = await opened(sops.run(["encrypt", "--age", recipient, "strings.json"]), json, identities);
  expect(facts(document.openText, json)).toEqual(facts(text, json));
}

/** sops encrypts duplicate keys. What it made opens, can be changed elsewhere, and one of them can go. */
async function duplicateKeysOpen(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const text = '{\n\t"a": 1,\n\t"twice": "first",\n\t"twice": "second"\n}\n';
  sops.write("twice.json", text);
  const sealed = sops.run(["encrypt", "--age", identities[0]?.recipients[0]?.text ?? "", "twice.json"]);
  const before = await opened(sealed, json, identities);
  expect(before.openText).toBe(text);
  for (const changed of [text.replace('"a": 1', '"a": 2'), text.replace('\t"twice": "first",\n', "")]) {
    const after = await editDocument(before, { text: changed, now: new Date("2027-01-01T00:00:00Z") });
    expect(sops.decrypt("twice.json", after.text)).toBe(changed);
  }
}

/** Go's encoder escapes three characters that JSON does not ask for: the whole text has them, or none of it. */
async function escapesAreThoseOfTheFile(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  for (const key of ["a&<b>", "ab"]) {
    sops.write("escapes.json", JSON.stringify({ [key]: "x&<y>", l_unencrypted: "<", m: ["&"] }));
    const sealed = sops.run(["encrypt", "--age", identities[0]?.recipients[0]?.text ?? "", "escapes.json"]);
    expect((await opened(sealed, json, identities)).openText).toBe(sops.decrypt("escapes.json", sealed));
  }
}

describePeer("sops", (check) => {
  check("duplicate keys that sops encrypted open and can be edited", async (path) => {
    await withSops(path, { native: KEYS.native }, duplicateKeysOpen);
  });

  check("a JSON file that sops wrote comes out with the escapes of sops", async (path) => {
    await withSops(path, { native: KEYS.native }, escapesAreThoseOfTheFile);
  });

  check("5,000 number literals have the type and the bytes that sops gives them", async (path) => {
    await withSops(path, { native: KEYS.native }, numbersAreTyped);
  });

  check("2,000 keys and strings with every kind of escape are read as sops reads them", async (path) => {
    await withSops(path, { native: KEYS.native }, stringsAreRead);
  });

  checkMatrix(check, SAMPLE, readers);

  check("every JSON layout opens in sops", async (path) => {
    await withSops(path, { native: KEYS.native }, everyLayoutOpens);
  });

  check("our own field is dropped when sops rewrites the file, and nothing else is lost", async (path) => {
    await withSops(path, { native: KEYS.native }, ourFieldIsDropped);
  });
});

// The sops before the last, whose files are out there.
describePeer("sops-3.13.2", (check) => {
  checkMatrix(check, SAMPLE, readers);
});
