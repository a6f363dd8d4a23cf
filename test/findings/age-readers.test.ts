import { expect, test } from "vitest";
import { readContent } from "../../src/findings/reading/content.ts";
import { sec004 } from "../../src/findings/rules/sec004-readers.ts";
import { readersAgree } from "../../src/findings/reading/readers.ts";
import { sec009 } from "../../src/findings/rules/sec009-age-file.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { scriptKey } from "../check/bases.ts";
import { ageFile, rulingOf } from "../check/sealed.ts";
import { subjectOf } from "./subject.ts";

test("an age file is compared with the policy once, however many rules ask", async () => {
  const policy = await parsePolicy(`secrets:\n  a.age: [${scriptKey("age-1.pub")}]\n`, ".sops.yaml");
  const content = await readContent(await ageFile(policy, { path: "a.age", text: "x" }), "a.age");
  if (content.kind !== "age") throw new Error("no age file");
  let asked = 0;
  const counting = {
    ...policy,
    get anchors() {
      asked += 1;
      return policy.anchors;
    },
  };
  const governed = {
    policy: counting,
    ruling: rulingOf(policy, "a.age"),
    enforcement: "always",
    origin: undefined,
  } as const;
  const subject = subjectOf({ path: "a.age", content, governed });

  expect([await sec004.file?.(subject), await sec009.file?.(subject)]).toEqual([[], []]);
  expect(await readersAgree(content.header, governed)).toBe("agree");
  expect(asked).toBe(1);
});
