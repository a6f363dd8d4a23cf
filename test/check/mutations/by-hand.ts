/** Which changes by somebody without a key must be found although the MAC does not cover them? */
import type { Repository } from "../repository.ts";
import { ageFile, sopsFile } from "../sealed.ts";
import { ageIn, onFile, wholeYaml, type Mutation } from "./mutation.ts";

const TEXT = `# above
db:
  password: swordfish-1942
  port: 5432
  none: null
  empty: ""
  map: {}
  list: [1, 2]
`;

/** Commits a file with all that a MAC leaves out, and then changes it. */
function changing(name: string, change: (text: string) => string, rule = "SEC006"): Mutation[] {
  const apply = async (repository: Repository, file: string, publish: () => void) => {
    repository.write(file, await sopsFile(repository.policy, { path: file, text: TEXT }));
    repository.commit();
    repository.edit(file, change);
    publish();
    return [`${rule} ${file}`];
  };
  return [
    onFile(`${name}, on the disk`, wholeYaml, (repository, file) => apply(repository, file, () => undefined)),
    onFile(`${name}, staged`, wholeYaml, async (repository, file) => ({
      expected: await apply(repository, file, () => repository.git("add", file)),
      request: { mode: "staged" },
    })),
    onFile(`${name}, committed`, wholeYaml, async (repository, file) => ({
      expected: await apply(repository, file, () => repository.commit()),
      request: { mode: "range", range: "HEAD~1..HEAD" },
    })),
  ];
}

export const byHand: readonly Mutation[] = [
  onFile(
    "an .age file lost the hint, as other tools write it, for its readers or for others",
    (repository) => (repository.policy.readerHint ? ageIn(repository)[0] : undefined),
    async (repository, file) => {
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { hint: false }));
      return [`SEC009 ${file}`];
    },
  ),
  ...changing("a key is renamed", (text) => text.replace("password:", "passwort:")),
  ...changing("a null is added", (text) => text.replace("  none: null\n", "  none: null\n  more: null\n")),
  ...changing("a null is removed", (text) => text.replace("  none: null\n", "")),
  ...changing("an empty text becomes a null", (text) => text.replace('empty: ""', "empty: null")),
  ...changing("an empty mapping is added", (text) => text.replace("  map: {}\n", "  map: {}\n  more: {}\n")),
  ...changing("an empty mapping becomes a list", (text) => text.replace("map: {}", "map: []")),
  ...changing("the type of a number is changed", (text) => text.replace("type:int]", "type:str]")),
  ...changing("a comment is removed", (text) => text.replace(/^#.*\n/, "")),
  ...changing("a value is removed", (text) => text.replace(/^ +password: .*\n/m, "")),
  ...changing("a value is moved into the key path of its additional data", (text) =>
    text.replace(/^db:\n( +)password: (.*)\n/m, '"db:password": $2\ndb:\n'),
  ),
  ...changing("the line ends are changed, which means nothing", (text) => text.replaceAll("\n", "\r\n")).map(
    (mutation) => ({
      ...mutation,
      apply: async (repository: Repository) => {
        const outcome = await mutation.apply(repository);
        return outcome && { ...outcome, expected: [] };
      },
    }),
  ),
];
