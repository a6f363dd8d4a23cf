import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataKeyFrom, newDataKey, type DataKey } from "../../src/crypto/data-key.ts";
import { sealValue } from "../../src/crypto/value-cipher.ts";
import { openDocument, readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { selectionSettings } from "../../src/documents/sops/selection.ts";
import { SecretsError } from "../../src/errors.ts";
import type { Tree } from "../../src/formats/format.ts";
import { json } from "../../src/formats/json.ts";
import { scalarOf } from "../../src/formats/scalar.ts";
import { freshly } from "./ring.ts";

const PLAIN = `{
  "db": {
    "user": "alice",
    "pass": "hunter2"
  },
  "ports": [8080, 9090],
  "debug": true,
  "hosts_unencrypted": ["one", "two"],
  "nothing": null,
  "empty": ""
}
`;

async function sealed(dataKey: DataKey, text = PLAIN): Promise<string> {
  return (await freshly({ text, format: json, dataKey })).text;
}

const open = async (text: string, dataKey: DataKey, ignoreMac = false): Promise<OpenedDocument> =>
  openDocument(readDocument(text, json), dataKey, { ignoreMac });

async function failure(work: Promise<unknown>): Promise<SecretsError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SecretsError) return error;
    throw error;
  }
  throw new Error("did not fail");
}

/** The ENC text of the value behind this key, the n-th of them. */
function encOf(text: string, key: string, n = 0): string {
  const behind = text.slice(text.indexOf(`"${key}"`));
  return [...behind.matchAll(/ENC\[[^\]]+\]/g)][n]?.[0] ?? "";
}

describe("a sealed document", () => {
  test("opens to the bytes that were sealed, and every leaf knows its value", async () => {
    const dataKey = newDataKey();
    const opened = await open(await sealed(dataKey), dataKey);
    expect(opened.openText).toBe(PLAIN);
    expect(opened.warnings).toEqual([]);
    expect(opened.leaves.map(({ leaf, state }) => `${leaf.steps.join("/")} ${state}`)).toEqual([
      "db/user sealed",
      "db/pass sealed",
      "ports/0 sealed",
      "ports/1 sealed",
      "debug sealed",
      "hosts_unencrypted/0 clear",
      "hosts_unencrypted/1 clear",
      "nothing clear",
      "empty clear",
    ]);
  });

  test("holds no plaintext of what the rule selects", async () => {
    const text = await sealed(newDataKey());
    // As a whole word, because base64 may spell one by chance.
    for (const secret of ["alice", "hunter2", "8080", "true"])
      expect(text).not.toMatch(new RegExp(`["\\s]${secret}["\\s,]`));
    expect(text).toContain('"hosts_unencrypted": ["one", "two"]');
  });
});

describe("tampering", () => {
  const edits: readonly (readonly [string, (text: string) => string, "tampered" | "malformed", string])[] = [
    [
      "a flipped byte",
      (text) => text.replace(/data:(.)/, (_, c: string) => `data:${c === "A" ? "B" : "A"}`),
      "tampered",
      "db/user",
    ],
    [
      "two values swapped",
      (text) => {
        const [user, pass] = [encOf(text, "user"), encOf(text, "pass")];
        return text.replace(user, "<>").replace(pass, user).replace("<>", pass);
      },
      "tampered",
      "db/user",
    ],
    [
      "two list elements swapped",
      (text) => {
        const [a, b] = [encOf(text, "ports"), encOf(text, "ports", 1)];
        return text.replace(a, "<>").replace(b, a).replace("<>", b);
      },
      "tampered",
      "MAC",
    ],
    ["a deleted value", (text) => text.replace(/\n {4}"user"[^\n]+/, ""), "tampered", "MAC"],
    ["a renamed key", (text) => text.replace('"user"', '"root"'), "tampered", "db/root"],
    ["a value moved to another mapping", (text) => text.replace('"debug"', '"db_debug"'), "tampered", "db_debug"],
    ["a changed clear value", (text) => text.replace('"one"', '"uno"'), "tampered", "MAC"],
    ["swapped clear values", (text) => text.replace('"one", "two"', '"two", "one"'), "tampered", "MAC"],
    ["an added clear value", (text) => text.replace('"one",', '"zero", "one",'), "tampered", "MAC"],
    ["no MAC", (text) => text.replace(/"mac": "[^"]+"/, '"mac": ""'), "tampered", "no MAC"],
    ["another timestamp", (text) => text.replace("2026-05-04", "2026-05-05"), "tampered", "MAC"],
    ["a str labelled bool", (text) => text.replace("type:str", "type:bool"), "tampered", "db/user"],
    ["a str labelled comment", (text) => text.replace("type:str", "type:comment"), "tampered", "db/user"],
    ["an int labelled bool", (text) => text.replace("type:int", "type:bool"), "tampered", "ports/0"],
    ["an unknown type", (text) => text.replace("type:str", "type:blob"), "malformed", "db/user"],
    ["text behind a value", (text) => text.replace("type:str]", "type:str]x"), "malformed", "db/user"],
    ["truncated base64", (text) => text.replace(/tag:[^,]{4}/, "tag:"), "malformed", "db/user"],
    [
      "a plain value where ciphertext belongs",
      (text) => text.replace(encOf(text, "pass"), "hunter3"),
      "malformed",
      "db/pass",
    ],
    [
      "a plain number where ciphertext belongs",
      (text) => text.replace(`"${encOf(text, "debug")}"`, "7"),
      "malformed",
      "debug",
    ],
    ["another rule", (text) => text.replace('"_unencrypted"', '"s"'), "malformed", "hosts_unencrypted"],
  ];

  test.each(edits)("%s is refused and named", async (...[, edit, code, named]) => {
    const dataKey = newDataKey();
    const before = await sealed(dataKey);
    const after = edit(before);
    expect(after).not.toBe(before);
    const error = await failure(open(after, dataKey));
    expect(error.code).toBe(code);
    expect(error.message).toContain(named);
    expect(error.message).not.toMatch(/hunter|alice/);
  });

  test("of a value is told with its line", async () => {
    const dataKey = newDataKey();
    const text = (await sealed(dataKey)).replace('"pass": "ENC[', '"pass": "EMC[');
    expect((await failure(open(text, dataKey))).at).toMatchObject({ line: 4, column: 13 });
  });

  test("of the MAC can be ignored, of a value never", async () => {
    const dataKey = newDataKey();
    const text = await sealed(dataKey);
    const uno = await open(text.replace('"one"', '"uno"'), dataKey, true);
    expect(uno.openText).toBe(PLAIN.replace("one", "uno"));
    expect((await failure(open(text.replace('"user"', '"root"'), dataKey, true))).code).toBe("tampered");
  });

  test("with the wrong data key nothing opens", async () => {
    const text = await sealed(newDataKey());
    expect((await failure(open(text, newDataKey(), true))).code).toBe("tampered");
  });
});

describe("a document that is none", () => {
  test("without metadata is said to be not encrypted", () => {
    expect(() => readDocument(PLAIN, json)).toThrow("not encrypted");
  });

  test("with metadata of the wrong shape is malformed", () => {
    for (const metadata of ["1", "[]", "{}", '{"lastmodified":"x"}', "null"]) {
      expect(() => readDocument(`{"a":1,"sops":${metadata}}`, json)).toThrow(
        expect.objectContaining({ code: "malformed" }),
      );
    }
  });
});

describe("comments in JSON lists", () => {
  test("are told by what they decrypt to, do not count for the MAC and leave no trace in the open text", async () => {
    const dataKey = dataKeyFrom(Buffer.alloc(32, 3));
    const text = await sealed(dataKey, '{"l": ["a", "b"], "_": 1}');
    const comment = sealValue(dataKey, "l:", scalarOf("comment", " hello"));
    const withComment = text.replace('["ENC', `["${comment}", "ENC`);
    expect((await open(withComment, dataKey)).openText).toBe('{"l": ["a", "b"], "_": 1}');
  });
});

describe("only sealed values in the MAC", () => {
  test("clear values may change", async () => {
    const dataKey = newDataKey();
    const settings = selectionSettings({ encrypted_regex: "^pass$" }, true);
    const { text } = await freshly({ text: PLAIN, format: json, dataKey, settings });
    expect((await open(text.replace("alice", "bob"), dataKey)).openText).toBe(PLAIN.replace("alice", "bob"));
    expect((await failure(open(text.replace("type:str", "type:comment"), dataKey))).code).toBe("tampered");
  });
});

const RUNS = Number(process.env["SECRETS_PROPERTY_RUNS"] ?? 200);

describe("a damaged document", () => {
  test("fails with a typed error or opens to the same values, and no error tells one", async () => {
    const dataKey = newDataKey();
    const text = await sealed(dataKey);
    const values = (opened: OpenedDocument) =>
      opened.leaves.map(({ scalar }) => Buffer.from(scalar.bytes).toString()).filter((value) => value !== "");
    const wanted = values(await open(text, dataKey));
    const end = text.indexOf('"sops"');
    // sops' MAC covers the bytes of the values one after another: where one unencrypted value ends and the next begins, it does not tell.
    const covered = (all: readonly string[]) => all.join("");
    const piece = fc.oneof(
      fc.constantFrom("", '"', ",", "{", "]", "\n", "null", "ENC[", '"x": 1,'),
      fc.string({ maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(end - 1), fc.nat(40), piece, async (at, length, inserted) => {
        const damaged = text.slice(0, at) + inserted + text.slice(Math.min(at + length, end));
        const result = await open(damaged, dataKey).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(SecretsError);
          expect(result.message).not.toMatch(/hunter2|alice/);
        } else {
          expect(covered(values(result as OpenedDocument))).toBe(covered(wanted));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("with metadata of any shape fails with a typed error or opens", async () => {
    const dataKey = newDataKey();
    const text = await sealed(dataKey);
    const parsed = json.parse(text, "sealed");
    const fields = parsed.metadata as ReadonlyMap<string, Tree>;
    const names = fc.constantFrom(
      ...fields.keys(),
      "key_groups",
      "shamir_threshold",
      "encrypted_regex",
      "mac_only_encrypted",
    );
    const shapes = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom([{}], [{ age: [{}] }], [{ recipient: "x" }], "(", 1e9),
    );
    await fc.assert(
      fc.asyncProperty(names, shapes, async (name, shape) => {
        const source = `{"sops": ${JSON.stringify(shape)}}`;
        const tree = json.parse(source, "sealed").metadata ?? null;
        const damaged = json.print(parsed, [], new Map([...fields, [name, tree]]));
        const result = await open(damaged, dataKey).catch((error: unknown) => error);
        expect(result instanceof SecretsError || !(result instanceof Error)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a large document", () => {
  test("of 100,000 keys is sealed and opened", async () => {
    const dataKey = newDataKey();
    const keys = Array.from({ length: 100_000 }, (_, index) => `"key${index}": "value ${index}"`);
    const text = `{\n${keys.join(",\n")}\n}`;
    expect((await open(await sealed(dataKey, text), dataKey)).openText).toBe(text);
  });
});
