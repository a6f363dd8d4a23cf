/** Which values must be found that left what is encrypted, by somebody who had a key and made a new MAC? */
import { PLAINTEXTS } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { sopsFile } from "../sealed.ts";
import { first, onFile, type Mutation } from "./mutation.ts";

const kubernetes = (repository: Repository) =>
  first(repository, /^k8s\/.*\.yaml$|[^/]\.sops\.yaml$/, (text) => text.includes("encrypted_regex"));

/** The file as whoever has a key writes it again, in every place where it may be looked at. */
function rewriting(name: string, change: (text: string) => string, isFound = true): Mutation[] {
  const write = async (repository: Repository, file: string) => {
    const text = change(PLAINTEXTS.kubernetes);
    if (text === PLAINTEXTS.kubernetes) throw new Error(`nothing changed: ${name}`);
    repository.write(file, await sopsFile(repository.policy, { path: file, text }));
    return isFound ? [`SEC002 ${file}`] : [];
  };
  return [
    onFile(`${name}, on the disk`, kubernetes, write),
    onFile(`${name}, staged`, kubernetes, async (repository, file) => {
      const expected = await write(repository, file);
      repository.git("add", file);
      return { expected, request: { mode: "staged" } };
    }),
    onFile(`${name}, committed`, kubernetes, async (repository, file) => {
      const expected = await write(repository, file);
      repository.commit();
      return { expected, request: { mode: "range", range: "HEAD~1..HEAD" } };
    }),
    onFile(`${name}, seen in the history`, kubernetes, async (repository, file) => {
      const expected = await write(repository, file);
      repository.commit();
      return { expected, request: { mode: "history" } };
    }),
    onFile(`${name}, committed and taken back`, kubernetes, async (repository, file) => {
      const sealed = repository.text(file);
      const expected = await write(repository, file);
      repository.commit();
      repository.write(file, sealed);
      repository.commit();
      return {
        expected: expected.map((found) => found.replace("SEC002", "SEC011")),
        request: { mode: "range", range: "HEAD~2..HEAD" },
      };
    }),
  ];
}

export const moved: readonly Mutation[] = [
  ...rewriting("the key around encrypted values is renamed", (text) =>
    text.replace("stringData:", "data:\n  kept: eA==\nstrngDta:"),
  ),
  ...rewriting("an encrypted value is put elsewhere", (text) =>
    text.replace(/ {2}password: (.*)\n/, "").replace("metadata:\n", "metadata:\n  password: moved\n"),
  ),
  ...rewriting(
    "a value is added under a key with a slip in it",
    (text) => `${text}stringdata:\n  token: swordfish-1942\n`,
  ),
  ...rewriting(
    "an unencrypted value is changed, and others are added",
    (text) => text.replace("name: app", "name: other\n  labels:\n    tier: back\n    list: [a, b]"),
    false,
  ),
  ...rewriting("an encrypted value is removed", (text) => text.replace(/ {2}url: .*\n/, ""), false),
];
