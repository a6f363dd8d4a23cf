import { DEFAULT_SETTINGS } from "../../src/documents/sops/selection.ts";
import { describe, expect, test } from "vitest";
import {
  isEncrypted,
  metadataTree,
  newMetadata,
  readMetadata,
  sameMetadata,
  withSettings,
} from "../../src/documents/sops/metadata.ts";
import type { Tree } from "../../src/formats/format.ts";

type Scalar = string | number | boolean | null;
type Plain = Scalar | Plain[] | { [key: string]: Plain };

/** A metadata tree of plain data. */
function tree(value: Plain): Tree {
  if (Array.isArray(value)) return value.map(tree);
  if (typeof value === "object" && value !== null)
    return new Map(Object.entries(value).map(([key, each]) => [key, tree(each)]));
  return value;
}

const AGE = { enc: "wrapped\n", recipient: "age1a" };
const BASE = { age: [AGE], lastmodified: "2026-01-01T00:00:00Z", mac: "ENC[m]", version: "3.13.2" };
const read = (fields: { [key: string]: Plain }) => readMetadata(tree(fields));

describe("reading", () => {
  test("takes what sops 3.13 writes", () => {
    const metadata = read({ ...BASE, encrypted_regex: "^data$", mac_only_encrypted: true, shamir_threshold: 2 });
    expect(metadata).toMatchObject({
      threshold: 2,
      settings: { rule: { name: "encrypted_regex", value: "^data$" }, macOnlyEncrypted: true },
      lastModified: "2026-01-01T00:00:00Z",
      mac: "ENC[m]",
      version: "3.13.2",
    });
    expect(metadata.groups[0]?.age[0]).toMatchObject({ recipient: "age1a", enc: "wrapped\n" });
  });

  test.each([
    ["texts for numbers and booleans", { shamir_threshold: "2", mac_only_encrypted: "true" }],
    ["the float text of 3.12 and before", { shamir_threshold: "2.000000", mac_only_encrypted: "1" }],
    ["a single mapping for a list", { age: AGE, shamir_threshold: 2, mac_only_encrypted: "T" }],
    [
      "empty lists and nulls of other key types",
      { kms: [], gcp_kms: null, pgp: [], shamir_threshold: 2, mac_only_encrypted: true },
    ],
    ["names in another case", { SHAMIR_Threshold: 2, Mac_Only_Encrypted: true }],
    ["unknown fields", { attention: "edit me not", shamir_threshold: 2, mac_only_encrypted: true }],
  ])("takes %s", (_, fields) => {
    const metadata = read({ ...BASE, ...fields });
    expect(metadata.threshold).toBe(2);
    expect(metadata.settings.macOnlyEncrypted).toBe(true);
    expect(metadata.groups).toHaveLength(1);
    expect(metadata.groups[0]?.others.size).toBe(0);
  });

  test("normalises the timestamp as the MAC needs it", () => {
    const at = (lastmodified: string) => read({ ...BASE, lastmodified }).lastModified;
    expect(at("2026-01-01T00:00:00.123+00:00")).toBe("2026-01-01T00:00:00Z");
    expect(at("2026-01-01T00:00:00+02:00")).toBe("2026-01-01T00:00:00+02:00");
  });

  test("ignores groups where a key stands at the top", () => {
    expect(read({ ...BASE, key_groups: [{ age: [AGE] }, { age: [AGE] }] }).groups).toHaveLength(1);
    const { age: _, ...rest } = BASE;
    expect(read({ ...rest, key_groups: [{ age: [AGE] }, { age: [AGE], hc_vault: [] }] }).groups).toHaveLength(2);
  });

  test.each([
    ["no mapping", "x"],
    ["no keys", { ...BASE, age: [] }],
    ["a timestamp that is none", { ...BASE, lastmodified: "yesterday" }],
    ["no timestamp", { age: [AGE], mac: "x", version: "3.13.2" }],
    ["two rules", { ...BASE, encrypted_regex: "a", encrypted_suffix: "b" }],
    ["an entry without enc", { ...BASE, age: [{ recipient: "age1a" }] }],
    ["an entry that is a text", { ...BASE, age: ["age1a"] }],
    ["a list where a text belongs", { ...BASE, mac: ["x"] }],
    ["a text where a list belongs", { ...BASE, age: "age1a" }],
    ["a threshold that is not a number", { ...BASE, shamir_threshold: "two" }],
    ["a boolean that is none", { ...BASE, mac_only_encrypted: "yes" }],
    ["a group that is not a mapping", { ...BASE, age: [], key_groups: ["x"] }],
  ])("refuses %s", (_, value) => {
    expect(() => readMetadata(tree(value))).toThrow(expect.objectContaining({ code: "malformed" }));
  });

  test("tells an encrypted document from others", () => {
    expect(isEncrypted(undefined)).toBe(false);
    expect(isEncrypted(tree(BASE))).toBe(true);
    expect(isEncrypted(tree({ ...BASE, mac: "" }))).toBe(false);
  });
});

describe("writing", () => {
  const PGP = [{ created_at: "2026-01-01T00:00:00Z", enc: "-----BEGIN PGP", fp: "AB" }];

  test("sorts the keys of a new document and leaves out what is empty", () => {
    const group = { age: [{ recipient: "age1a", enc: "e", tree: undefined }], others: new Map() };
    const fields = metadataTree({ ...newMetadata([group], 0, DEFAULT_SETTINGS), lastModified: "t", mac: "m" });
    expect([...(fields as Map<string, Tree>).keys()]).toEqual([
      "age",
      "lastmodified",
      "mac",
      "unencrypted_suffix",
      "version",
    ]);
    expect(fields).toEqual(
      tree({
        age: [{ enc: "e", recipient: "age1a" }],
        lastmodified: "t",
        mac: "m",
        unencrypted_suffix: "_unencrypted",
        version: "3.13.3",
      }),
    );
  });

  test("changes only what changed: order, other keys, empty lists and unknown fields stay", () => {
    const old = tree({
      kms: [],
      hc_vault: null,
      age: [{ recipient: "age1a", enc: "e", note: "kept" }],
      lastmodified: "2026-01-01T00:00:00Z",
      mac: "old",
      pgp: PGP,
      attention: "kept",
      version: "3.7.1",
    });
    const written = metadataTree({ ...readMetadata(old), mac: "new" }) as Map<string, Tree>;
    expect([...written]).toEqual(
      [...(old as Map<string, Tree>)].map(([key, value]) => [key, key === "mac" ? "new" : value]),
    );
  });

  test("moves the keys under key_groups where there are several groups", () => {
    const one = read({ ...BASE, pgp: PGP });
    const [group] = one.groups;
    const two = metadataTree({ ...one, groups: [group, group].filter((each) => each !== undefined), threshold: 2 });
    expect(two).toEqual(
      tree({
        key_groups: [
          { age: [AGE], hc_vault: [], pgp: PGP },
          { age: [AGE], hc_vault: [], pgp: PGP },
        ],
        lastmodified: BASE.lastmodified,
        mac: BASE.mac,
        shamir_threshold: 2,
        version: BASE.version,
      }),
    );
    expect(sameMetadata(readMetadata(two), one)).toBe(false);
  });

  test("adds no default rule that says nothing new", () => {
    const metadata = read(BASE);
    expect(withSettings(metadata, DEFAULT_SETTINGS)).toBe(metadata);
  });
});
