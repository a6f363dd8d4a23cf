import { describe, expect, test } from "vitest";
import { compileSelection, selectionSettings } from "../../src/documents/sops/selection.ts";
import { dotenv } from "../../src/formats/dotenv.ts";
import { ini } from "../../src/formats/ini.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { stepsText } from "../../src/formats/place.ts";
import { textOfScalar } from "../../src/formats/scalar.ts";
import { freshly } from "./ring.ts";

/** One text as stock sops 3.13.2 encrypts it with --encrypted-comment-regex seal, and with --unencrypted-comment-regex seal. */
const ENCRYPTED = `# root head
# seal: first
a: SEALED
b: SEALED # seal inline
# other
# seal: block
c:
    d: SEALED
    #COMMENT
    e: SEALED
    f:
        - SEALED
        - COMMENT
        - SEALED
        - SEALED
g: eight
# foot of g seal
h: SEALED
list:
    # seal head of list
    - SEALED
    - eleven
# seal nested
i:
    #COMMENT
    j: SEALED
    #COMMENT
k: thirteen
`;

const UNENCRYPTED = `#COMMENT
# seal: first
a: one
b: two # seal inline
#COMMENT
# seal: block
c:
    d: three
    # plain inside
    e: four
    f:
        - five
        # seal item
        - six
        - seven
g: SEALED
# foot of g seal
h: nine
list:
    # seal head of list
    - ten
    - SEALED
# seal nested
i:
    # foo
    j: twelve
    # last seal foot
k: SEALED
`;

const enc = (type: string) => `ENC[AES256_GCM,data:YQ==,iv:Yg==,tag:Yw==,type:${type}]`;

test.each([
  ["encrypted_comment_regex", ENCRYPTED],
  ["unencrypted_comment_regex", UNENCRYPTED],
] as const)("%s seals the leaves that stock sops seals", async (name, sketch) => {
  const text = sketch.replaceAll("SEALED", enc("str")).replaceAll("COMMENT", enc("comment"));
  const parsed = yaml.parse(text, "sealed");
  const wanted = await compileSelection(selectionSettings({ [name]: "seal" }, false));

  const told = (isSealed: (leaf: (typeof parsed.leaves)[number]) => boolean) =>
    parsed.leaves.map(
      (leaf) => `${leaf.line} ${leaf.kind} ${stepsText(leaf.steps)}: ${isSealed(leaf) ? "sealed" : "clear"}`,
    );
  expect(told(wanted)).toEqual(told(({ scalar }) => textOfScalar(scalar)?.startsWith("ENC[") === true));
});

test("an expression that is none is said to be that", async () => {
  const broken = selectionSettings({ encrypted_comment_regex: "(" }, false);

  await expect(compileSelection(broken)).rejects.toMatchObject({ code: "malformed" });
});

test("an encrypted comment in a list does not end what a comment before it says, as it does for sops up to 3.13.3", async () => {
  const list = `list:\n    # seal\n    - ${enc("comment")}\n    - ${enc("str")}\n    - clear\n`;
  const wanted = await compileSelection(selectionSettings({ encrypted_comment_regex: "seal" }, false));

  expect(yaml.parse(list, "sealed").leaves.map(wanted)).toEqual([false, true, true, false]);
});

test("the second of two equal keys needs a comment of its own", async () => {
  const wanted = await compileSelection(selectionSettings({ encrypted_comment_regex: "seal" }, false));

  expect(dotenv.parse("#seal\nA=1\nA=2\n", "open").leaves.map(wanted)).toEqual([false, true, false]);
  expect(ini.parse("[a]\nk = 1\n[a]\n; seal\nk = 2\nl = 3\n[a]\nk = 3\n", "open").leaves.map(wanted)).toEqual([
    false,
    false,
    false,
    true,
    false,
  ]);
});

describe("sealed by comments", () => {
  const settings = selectionSettings({ encrypted_comment_regex: "seal" }, false);

  test("a text that an alias copies comments of is refused, for they are lost where it is written out", async () => {
    const text = "a: &a\n  # seal\n  b: secret\nc: *a\n";

    await expect(freshly({ text, format: yaml, settings })).rejects.toMatchObject({
      code: "malformed",
      message: "an alias copies comments that select what is encrypted",
      at: { line: 4, column: 4 },
    });
  });

  test("an alias whose own comment says so is written out", async () => {
    const { text, expanded } = await freshly({ text: "a: &a {b: 1}\n# seal\nc: *a\n", format: yaml, settings });

    expect(text).toMatch(/^a: &a \{b: 1\}\n# seal\nc: \{b: 'ENC\[/);
    expect(expanded).toEqual([{ line: 3, column: 4 }]);
  });

  test("a comment is sealed again until the expression does not match it by chance", async () => {
    const short = selectionSettings({ unencrypted_comment_regex: "[a-c][X-Z]=?,iv" }, false);
    const text = Array.from({ length: 300 }, (_, index) => `# comment ${index}\nk${index}: v\n`).join("");
    const { opened } = await freshly({ text, format: yaml, settings: short });

    expect(opened.openText).toBe(text);
    expect(opened.leaves.every(({ state }) => state === "sealed")).toBe(true);
  });
});
