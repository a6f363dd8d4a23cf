import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicyText } from "../../src/policy/compile.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { A, B, C, S, S_AS_AGE } from "./keys.ts";

const PEOPLE = `users:\n  alice: ${A}\n  bob: [${B}]\n  carol: { keys: ["${S} carol@desk"], as: ssh }\n  dave: ${C}\nteams:\n  ops: [alice, bob]\n`;

async function compiled(text: string): Promise<string> {
  const result = await compilePolicyText(text, ".sops.yaml");
  const policy = await parsePolicy(result.text, ".sops.yaml");
  expect(policy.creationRules.map((rule) => rule.compiled)).toEqual(policy.creationRules.map(() => "agrees"));
  const again = await compilePolicyText(result.text, ".sops.yaml");
  expect(again).toMatchObject({ text: result.text, rules: [] });
  return result.text;
}

/** Compiles rules below the people of these tests. */
async function compiledRules(rules: string): Promise<string> {
  const text = await compiled(PEOPLE + rules);
  return text.startsWith(PEOPLE) ? text.slice(PEOPLE.length) : text;
}

const BOTH = (indent: string, eol = "\n") => `age: >-${eol}${indent}${A},${eol}${indent}${B}`;

describe("a rule without a list", () => {
  test("is given one after its readers, a recipient a line", async () => {
    await expect(
      compiledRules("creation_rules:\n  - path_regex: ^a\n    readers: [ops]\n    encrypted_regex: x\n"),
    ).resolves.toBe(
      `creation_rules:\n  - path_regex: ^a\n    readers: [ops]\n    ${BOTH("      ")}\n    encrypted_regex: x\n`,
    );
  });

  test("is given a single recipient on the same line", async () => {
    await expect(compiledRules("creation_rules:\n  - readers: [alice]\n    path_regex: ^a\n")).resolves.toBe(
      `creation_rules:\n  - readers: [alice]\n    age: ${A}\n    path_regex: ^a\n`,
    );
  });

  test("may end the file without a line break", async () => {
    await expect(compiledRules("creation_rules:\n  - readers: [alice]")).resolves.toBe(
      `creation_rules:\n  - readers: [alice]\n    age: ${A}`,
    );
  });

  test("keeps Windows line ends", async () => {
    await expect(compiledRules("creation_rules:\r\n  - readers: [ops] # us\r\n    path_regex: ^a\r\n")).resolves.toBe(
      `creation_rules:\r\n  - readers: [ops] # us\r\n    ${BOTH("      ", "\r\n")}\r\n    path_regex: ^a\r\n`,
    );
  });

  test("may have a list of readers over several lines, the last ones in comments", async () => {
    await expect(
      compiledRules(
        "creation_rules:\n- readers:\n    - alice # the boss\n\n    - bob   # her deputy\n\n    # - dave (left)\n  # of old\n  path_regex: ^a\n",
      ),
    ).resolves.toBe(
      `creation_rules:\n- readers:\n    - alice # the boss\n\n    - bob   # her deputy\n\n    # - dave (left)\n  ${BOTH("    ")}\n  # of old\n  path_regex: ^a\n`,
    );
  });

  test("may be written in braces", async () => {
    await expect(
      compiledRules(
        "creation_rules:\n  - { path_regex: ^a, readers: [alice] } # one\n  - {readers: [ops],path_regex: ^b}\n",
      ),
    ).resolves.toBe(
      `creation_rules:\n  - { path_regex: ^a, readers: [alice], age: ${A} } # one\n  - {readers: [ops], age: "${A}, ${B}",path_regex: ^b}\n`,
    );
  });

  test("may be JSON, and stays it", async () => {
    const json = (age: string) => `{"users":{"alice":"${A}"},"creation_rules":[{"readers":["alice"]${age}}]}`;
    expect(await compiled(json(""))).toBe(json(`, "age": "${A}"`));
    JSON.parse(json(`, "age": "${A}"`));
  });

  test("may have braces over several lines with comments", async () => {
    await expect(
      compiledRules(
        "creation_rules:\n  - {\n      readers: [\n        alice, # boss\n      ] # end\n      , path_regex: ^a\n    }\n",
      ),
    ).resolves.toBe(
      `creation_rules:\n  - {\n      readers: [\n        alice, # boss\n      ], age: ${A} # end\n      , path_regex: ^a\n    }\n`,
    );
  });
});

describe("a list that differs", () => {
  test.each([
    ["plain", `age: ${C}`],
    ["quoted", `age: "${C}, ${A}"`],
    ["empty", "age:"],
    ["a flow list", `age: [${C}, ${A}]`],
    ["a block list", `age:\n      - ${C}\n      - ${A}`],
    ["a block list at the key's column", `age:\n    - ${C}\n    - ${A}`],
    ["a folded text", `age: >-\n      ${C},\n      ${A}`],
    ["a literal text with blank lines behind", `age: |+\n        ${C}\n`],
    ["no list at all", "age: { what: is, this: 1 }"],
    ["unreadable", "age: age1nonsense"],
  ])("is replaced: %s", async (_, old) => {
    const rule = (age: string) =>
      `creation_rules:\n  - path_regex: ^a # here\n    ${age}\n    readers: [ops]\n    # end\n  - { age: ${A} }\n`;
    const after = await compiled(PEOPLE + rule(old));
    expect(after.replace("\n\n", "\n")).toBe(PEOPLE + rule(BOTH("      ")));
  });

  test("keeps the comment on its line", async () => {
    await expect(
      compiledRules(
        `creation_rules:\n  - age:  ${C}   # generated\n    readers: [alice]\n  - age: ${C}   # too\n    readers: [ops]\n`,
      ),
    ).resolves.toBe(
      `creation_rules:\n  - age:  ${A}   # generated\n    readers: [alice]\n  - age: >-   # too\n      ${A},\n      ${B}\n    readers: [ops]\n`,
    );
  });

  test("loses no comment that stood inside it", async () => {
    await expect(
      compiledRules(
        `creation_rules:\n  - readers: [ops]\n    age: # all\n      - ${C} # dave\n      # gone\n      - ${A} # alice\n\n      # last\n    # next\n    path_regex: ^a\n`,
      ),
    ).resolves.toBe(
      `creation_rules:\n  - readers: [ops]\n    # dave\n    # gone\n    # alice\n    # last\n    age: >- # all\n      ${A},\n      ${B}\n    # next\n    path_regex: ^a\n`,
    );
  });

  test("loses no comment in braces", async () => {
    await expect(compiledRules(`creation_rules:\n  - {age: [ # all\n      ${C}], readers: [ops] }\n`)).resolves.toBe(
      `creation_rules:\n  - { # all\n     age: "${A}, ${B}", readers: [ops] }\n`,
    );
  });

  test("may be an entry without a value in braces", async () => {
    await expect(compiledRules("creation_rules: [{ readers: [alice], age }]\n")).resolves.toBe(
      `creation_rules: [{ readers: [alice], age: ${A} }]\n`,
    );
  });

  test("keeps an anchor that nothing else refers to", async () => {
    await expect(compiledRules(`creation_rules:\n  - age: &list ${C}\n    readers: [alice]\n`)).resolves.toBe(
      `creation_rules:\n  - age: &list ${A}\n    readers: [alice]\n`,
    );
  });

  test("may be an alias, which is written out", async () => {
    await expect(compiledRules(`old: &old ${C}\ncreation_rules:\n  - age: *old\n    readers: [alice]\n`)).resolves.toBe(
      `old: &old ${C}\ncreation_rules:\n  - age: ${A}\n    readers: [alice]\n`,
    );
  });
});

describe("a list that agrees", () => {
  test.each([`age: ${B},${A}`, `age: ["${B} , ${A}"]`, `age: |\n      ${A}, ${B}`])(
    "is left as it is: %s",
    async (age) => {
      const text = `${PEOPLE}creation_rules:\n  - readers: [ops]\n    ${age}\n`;
      expect(await compilePolicyText(text, "p")).toEqual({ text, rules: [], warnings: [] });
    },
  );

  test("may name either face of a key", async () => {
    const text = `${PEOPLE}creation_rules:\n  - readers: [carol]\n    age: ${S_AS_AGE}\n`;
    expect((await compilePolicyText(text, "p")).text).toBe(text);
  });
});

describe("an ed25519 SSH key", () => {
  const rule = (as: string, age: string) =>
    `users: { eve: { keys: ["${S}"]${as} } }\ncreation_rules:\n  - readers: [eve]\n${age}`;
  test.each([
    ["", `    age: ${S_AS_AGE}\n`],
    [", as: ssh", `    age: ${S}\n`],
    [", as: both", `    age: >-\n      ${S_AS_AGE},\n      ${S}\n`],
  ])("is written by the face that the policy says: %j", async (as, age) => {
    expect(await compiled(rule(as, ""))).toBe(rule(as, age));
  });
});

describe("rules that share what they say", () => {
  test("are compiled where the shared mapping stands, once", async () => {
    await expect(
      compiledRules("shared: &rule\n  readers: [alice]\ncreation_rules:\n  - *rule\n  - *rule\n"),
    ).resolves.toBe(`shared: &rule\n  readers: [alice]\n  age: ${A}\ncreation_rules:\n  - *rule\n  - *rule\n`);
  });

  test("inherit a list only with the readers it is for", async () => {
    await expect(
      compiledRules(
        "creation_rules:\n  - &base\n    path_regex: ^a\n    readers: [alice]\n  - <<: *base\n    path_regex: ^b\n  - <<: *base\n    readers: [bob]\n",
      ),
    ).resolves.toBe(
      `creation_rules:\n  - &base\n    path_regex: ^a\n    readers: [alice]\n    age: ${A}\n  - <<: *base\n    path_regex: ^b\n  - <<: *base\n    readers: [bob]\n    age: ${B}\n`,
    );
  });

  test("are given their own where the readers come from elsewhere", async () => {
    await expect(
      compiledRules("who: &who { readers: [alice] }\ncreation_rules:\n  - <<: *who # them\n    path_regex: ^b\n"),
    ).resolves.toBe(
      `who: &who { readers: [alice] }\ncreation_rules:\n  - <<: *who # them\n    age: ${A}\n    path_regex: ^b\n`,
    );
  });

  test("are refused where a list holds an anchor that a plain rule uses", async () => {
    const text = `${PEOPLE}creation_rules:\n  - readers: [alice]\n    age:\n      - &old ${C}\n  - age: *old\n`;
    await expect(compilePolicyText(text, "p")).rejects.toMatchObject({ code: "policy", at: { file: "p", line: 9 } });
    const whole = `${PEOPLE}creation_rules:\n  - readers: [alice]\n    age: &old ${C}\n  - age: *old\n`;
    await expect(compilePolicyText(whole, "p")).rejects.toMatchObject({ code: "policy", at: { line: 9 } });
  });
});

describe("what is reported", () => {
  test("is each rule by its line in the old text", async () => {
    const text = `${PEOPLE}creation_rules:\n  - path_regex: ^a\n    readers: [ops]\n  - age: ${A}\n  - readers: [bob]\n`;
    const { rules } = await compilePolicyText(text, "p");
    expect(rules).toEqual([
      { line: 9, title: "^a" },
      { line: 12, title: "every path" },
    ]);
  });

  test("is which names of key groups stock sops cannot read, and they stay", async () => {
    const text = `${PEOPLE}creation_rules:\n  - path_regex: ^a\n    key_groups:\n      - age: [alice, ${B}]\n      - merge: [{ age: [ops] }]\n  - key_groups: [{ age: [${A}] }]\n`;
    const { warnings, ...rest } = await compilePolicyText(text, "p");
    expect(rest).toEqual({ text, rules: [] });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ at: { line: 10 } });
    expect(warnings[0]?.message).toContain("(alice, ops)");
  });

  test("is what is wrong with a broken policy", async () => {
    await expect(compilePolicyText("creation_rules:\n  - readers: [nobody]\n", "p")).rejects.toMatchObject({
      code: "policy",
      at: { file: "p", line: 2 },
    });
  });
});

const names = fc.subarray(["alice", "bob", "carol", "dave", "ops", A, C], { minLength: 1 });
const keys = fc.subarray([A, B, C, S, S_AS_AGE], { minLength: 1 });
const remark = fc.constantFrom("", " # note", "   # age: [x]", " # a: 'b");
const ownLine = fc.constantFrom("", "# between", "#", "\n# two\n\n# lines");

function list(items: readonly string[], style: string, indent: string): string {
  if (style === "flow") return ` [${items.map((item) => `"${item}"`).join(" , ")}]`;
  return items.map((item) => `\n${indent}${style === "flush" ? "" : "  "}- ${item}`).join("");
}

function oldAge(items: readonly string[], style: string, indent: string): string {
  if (style === "folded") return ` >-\n${items.map((item) => `${indent}    ${item}`).join(",\n")}`;
  if (style === "literal") return ` |\n${items.map((item) => `${indent} ${item}`).join(",\n")}`;
  if (style === "text") return ` "${items.join(",")}"`;
  return list(items, style, indent);
}

const style = fc.constantFrom("flow", "block", "flush");
const blockRule = fc
  .record({
    readers: names,
    style,
    age: fc.option(fc.tuple(keys, fc.constantFrom("flow", "block", "flush", "folded", "literal", "text"))),
    order: fc.shuffledSubarray(["path_regex", "readers", "age", "encrypted_suffix"], { minLength: 4 }),
    remarks: fc.array(remark, { minLength: 4, maxLength: 4 }),
    lines: fc.array(ownLine, { minLength: 4, maxLength: 4 }),
    dash: fc.constantFrom("- ", "-   "),
    outer: fc.constantFrom("", "  ", "    "),
  })
  .map((rule) => {
    const indent = rule.outer + " ".repeat(rule.dash.length);
    const settings = rule.order.flatMap((key, index) => {
      const note = rule.remarks[index] ?? "";
      if (key === "readers") {
        const value = list(rule.readers, rule.style, indent);
        return [rule.style === "flow" ? `readers:${value}${note}\n` : `readers:${note}${value}\n`];
      }
      if (key === "age") {
        if (rule.age === null) return [];
        const [, kind] = rule.age;
        return [`age:${oldAge(...rule.age, indent)}${kind === "flow" || kind === "text" ? note : ""}\n`];
      }
      const below = (rule.lines[index] ?? "").replaceAll(/^(?=#)/gm, indent);
      return [`${key}: ^x${note}\n${below === "" ? "" : `${below}\n`}`];
    });
    return rule.outer + rule.dash + settings.join(indent);
  });

describe("any policy", () => {
  test("keeps all other bytes, agrees afterwards and is compiled once", async () => {
    const rules = fc.array(blockRule, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rules, fc.boolean(), fc.boolean(), async (many, windows, bare) => {
        const outer = many.map((rule) => rule.search(/\S/));
        // The rules of one list begin in one column.
        const text = many.filter((_, index) => outer[index] === outer[0]).join("");
        const unix = `${PEOPLE}creation_rules:\n${bare ? text.trimEnd() : text}`;
        const before = windows ? unix.replaceAll("\n", "\r\n") : unix;
        const after = await compiled(before);
        const rest = (whole: string) => withoutAge(whole.replaceAll("\r\n", "\n")).trimEnd();
        expect(rest(after)).toBe(rest(before));
        expect(/\r\n/.test(after)).toBe(windows);
        expect(/[^\r]\n/.test(after)).toBe(!windows);
      }),
      { numRuns: 80 },
    );
  });
});

/** The text without the values of `age`: an independent view, line by line, of what may change. */
function withoutAge(text: string): string {
  const kept: string[] = [];
  let column: number | undefined;
  for (const line of text.split("\n")) {
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    if (column !== undefined && line.trim() !== "") {
      const isItem = indent === column && line.trim().startsWith("- ") && !line.includes(":");
      if (indent > column || isItem) continue;
    }
    const key = /^( *(?:- *)?)age:(.*)$/.exec(line);
    column = key?.[1]?.length;
    // An age that begins a rule leaves its dash and its remark.
    if (key === null) kept.push(line);
    else kept.push(`${key[1]?.trim() ?? ""}${/ +#.*$/.exec(key[2] ?? "")?.[0] ?? ""}`);
  }
  return kept.filter((line) => line.trim() !== "").join("\n");
}
