import { expect, test } from "vitest";
import { sealedByComments } from "../../src/documents/sops/leaf-selection.ts";
import { yaml } from "../../src/formats/yaml.ts";
import { stepsText } from "../../src/formats/place.ts";
import { textOfScalar } from "../../src/formats/scalar.ts";

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
  const wanted = await sealedByComments(parsed, { name, value: "seal" });

  const told = (isSealed: (leaf: (typeof parsed.leaves)[number]) => boolean) =>
    parsed.leaves.map(
      (leaf) => `${leaf.line} ${leaf.kind} ${stepsText(leaf.steps)}: ${isSealed(leaf) ? "sealed" : "clear"}`,
    );
  expect(told((leaf) => wanted.has(leaf))).toEqual(
    told(({ scalar }) => textOfScalar(scalar)?.startsWith("ENC[") === true),
  );
});

test("an expression that is none is said to be that", async () => {
  const parsed = yaml.parse("a: b\n", "sealed");

  await expect(sealedByComments(parsed, { name: "encrypted_comment_regex", value: "(" })).rejects.toMatchObject({
    code: "malformed",
  });
});
