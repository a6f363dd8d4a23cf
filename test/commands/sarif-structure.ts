/**
 * What in this tree is not SARIF 2.1.0?
 *
 * The parts of the schema (OASIS, errata 01) that our reports use, as a table: for every object its properties, which of them
 * are required, and of what type they are. Unknown properties are faults, as they are in the schema.
 */

type Check = (value: unknown, place: string) => string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value, place) => (typeof value === "string" ? [] : [`${place}: no text`]);
const flag: Check = (value, place) => (typeof value === "boolean" ? [] : [`${place}: no boolean`]);
const atLeast =
  (least: number): Check =>
  (value, place) =>
    Number.isInteger(value) && Number(value) >= least ? [] : [`${place}: no whole number from ${least} on`];
const oneOf =
  (...words: string[]): Check =>
  (value, place) =>
    typeof value === "string" && words.includes(value) ? [] : [`${place}: not one of ${words.join(", ")}`];
const uri: Check = (value, place) =>
  typeof value === "string" && /^(?:[\w.~!$&'()*+,;=:@/?#[\]-]|%[0-9A-Fa-f]{2})*$/.test(value)
    ? []
    : [`${place}: no URI reference`];
const list =
  (item: Check): Check =>
  (value, place) =>
    Array.isArray(value) ? value.flatMap((each, index) => item(each, `${place}[${index}]`)) : [`${place}: no list`];
const bag: Check = (value, place) => (isObject(value) ? [] : [`${place}: no property bag`]);
const texts: Check = (value, place) =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, each]) => text(each, `${place}.${key}`))
    : [`${place}: no mapping`];

function object(properties: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, place) => {
    if (!isObject(value)) return [`${place}: no object`];
    return [
      ...required.filter((name) => !(name in value)).map((name) => `${place}: ${name} is missing`),
      ...Object.keys(value)
        .filter((name) => !(name in properties))
        .map((name) => `${place}: unknown property ${name}`),
      ...Object.entries(value).flatMap(([name, each]) => properties[name]?.(each, `${place}.${name}`) ?? []),
    ];
  };
}

const LEVEL = oneOf("none", "note", "warning", "error");
const message = object({ text, markdown: text, id: text }, ["text"]);
const description = object({ text, markdown: text }, ["text"]);
const location = object({
  physicalLocation: object({
    artifactLocation: object({ uri, uriBaseId: text, index: atLeast(-1) }),
    region: object({ startLine: atLeast(1), startColumn: atLeast(1), endLine: atLeast(1), endColumn: atLeast(1) }),
  }),
});
const rule = object(
  {
    id: text,
    name: text,
    shortDescription: description,
    fullDescription: description,
    help: description,
    defaultConfiguration: object({ level: LEVEL, enabled: flag, properties: bag }),
    properties: bag,
  },
  ["id"],
);
const result = object(
  {
    ruleId: text,
    ruleIndex: atLeast(-1),
    level: LEVEL,
    message,
    locations: list(location),
    partialFingerprints: texts,
    suppressions: list(
      object(
        {
          kind: oneOf("inSource", "external"),
          justification: text,
          status: oneOf("accepted", "underReview", "rejected"),
        },
        ["kind"],
      ),
    ),
    properties: bag,
  },
  ["message"],
);
const notification = object({ level: LEVEL, message, locations: list(location) }, ["message"]);
const run = object(
  {
    tool: object({ driver: object({ name: text, version: text, informationUri: uri, rules: list(rule) }, ["name"]) }, [
      "driver",
    ]),
    columnKind: oneOf("utf16CodeUnits", "unicodeCodePoints"),
    invocations: list(
      object({ executionSuccessful: flag, toolExecutionNotifications: list(notification) }, ["executionSuccessful"]),
    ),
    results: list(result),
  },
  ["tool"],
);
const log = object({ $schema: uri, version: oneOf("2.1.0"), runs: list(run) }, ["version", "runs"]);

/** One line per fault. */
export function sarifProblems(tree: unknown): string[] {
  return [...log(tree, "").map((line) => line.replace(/^\.?/, "")), ...wrongIndexes(tree)];
}

/** `ruleIndex` has to lead to the rule that `ruleId` names. */
function wrongIndexes(tree: unknown): string[] {
  const { runs } = tree as {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[];
  };
  return runs.flatMap(({ tool, results }, index) =>
    results.flatMap(({ ruleId, ruleIndex }, position) =>
      tool.driver.rules[ruleIndex]?.id === ruleId
        ? []
        : [`runs[${index}].results[${position}]: ruleIndex ${ruleIndex} is not ${ruleId}`],
    ),
  );
}
