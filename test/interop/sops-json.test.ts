import { expect } from "vitest";
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
	"with:colon": "x",
	"twice": "first",
	"twice": "second"
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

describePeer("sops", (check) => {
  checkMatrix(check, SAMPLE, readers);

  check("every JSON layout opens in sops", async (path) => {
    await withSops(path, { native: KEYS.native }, everyLayoutOpens);
  });

  check("our own field is dropped when sops rewrites the file, and nothing else is lost", async (path) => {
    await withSops(path, { native: KEYS.native }, ourFieldIsDropped);
  });
});
