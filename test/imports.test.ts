import { expect, test } from "vitest";
import { filesAtOnce, loadedAtOnce, readSources } from "./source-graph.ts";

// Start-up is a budget: what a command may not need is imported when it is needed.

test("importing the API loads nothing but Node's own modules", () => {
  expect(packages(readSources(), "index.ts")).toEqual([]);
});

test("starting the program loads the command line and no more", () => {
  const found = packages(readSources(), "cli/main.ts");

  expect(found.filter((chain) => !/^(commander|chalk) /.test(chain))).toEqual([]);
});

test("the real host starts without what starts processes", () => {
  expect(packages(readSources(), "io/node-host.ts")).toEqual([]);
});

test("an age file is read without policy, sops documents and their formats", () => {
  const sources = readSources();
  const found = ["operations/project/open-project.ts", "operations/verbs/decrypt.ts"].flatMap((entry) => [
    ...filesAtOnce(sources, entry).values(),
  ]);

  expect(
    found.filter((chain) =>
      /(?:^|→ )(?:(?:documents|operations)\/[^ ]*sops[^ ]*|policy\/(?!nearest|sources)[^ ]*)$|formats\/(?!index\.ts)[^/]*$/.test(
        chain,
      ),
    ),
  ).toEqual([]);
  expect(packages(sources, "operations/verbs/decrypt.ts")).toEqual([]);
});

test("an age file is written without sops documents", () => {
  const found = [...filesAtOnce(readSources(), "operations/verbs/set.ts").values()];

  expect(found.filter((chain) => /(?:^|→ )(?:documents|operations)\/[^ ]*sops[^ ]*$/.test(chain))).toEqual([]);
});

test("a package that is loaded at once is seen, with the way it came", () => {
  const sources = new Map([
    [
      "index.ts",
      'import { a } from "./a.ts";\nexport type { T } from "sshpk";\nexport const lazy = () => import("./b.ts");',
    ],
    ["a.ts", 'export {\n  parse,\n} from "yaml";'],
    ["b.ts", 'import "age-encryption";'],
  ]);

  expect(packages(sources, "index.ts")).toEqual(["yaml ← index.ts → a.ts"]);
});

function packages(sources: ReadonlyMap<string, string>, entry: string): string[] {
  expect(sources.has(entry), `src/${entry} is there`).toBe(true);
  return [...loadedAtOnce(sources, entry)]
    .filter(([name]) => !name.startsWith("node:"))
    .map(([name, chain]) => `${name} ← ${chain}`);
}
