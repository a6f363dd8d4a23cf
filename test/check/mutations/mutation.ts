/**
 * What is a mutation, and what is it made of?
 *
 * A mutation takes a valid repository, changes one thing, and says which rules have to speak of which files: those and no
 * others. What a base does not have (a sops file, a private key) leaves the mutation out for it.
 */
import type { CheckRequest } from "../../../src/index.ts";
import { scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";

/** `SEC001 secrets/app.yaml` */
export type Expected = string;

export interface Outcome {
  readonly expected: readonly Expected[];
  /** Where it has to be looked at otherwise than in the working tree. */
  readonly request?: CheckRequest;
  readonly identities?: readonly string[];
}

export interface Mutation {
  readonly name: string;
  /** Undefined where the base has nothing to change. */
  readonly apply: (repository: Repository) => Promise<Outcome | undefined> | Outcome | undefined;
  /** The bases that it is for; all if absent. */
  readonly only?: readonly string[];
}

/** What git tracks, by path. */
export const tracked = (repository: Repository) =>
  repository
    .git("ls-files", "-z")
    .split("\0")
    .filter((file) => file !== "");

/** The first tracked file whose path matches, and whose text does if asked. */
export const first = (repository: Repository, test: RegExp, also: (text: string) => boolean = () => true) =>
  tracked(repository).find((file) => test.test(file) && also(repository.text(file)));

/** The first sops file whose name ends so. */
export const sopsIn = (repository: Repository, end: RegExp) =>
  first(repository, end, (text) => text.includes("ENC[AES256_GCM") && text.includes("lastmodified"));

const isWhole = (text: string) => !text.includes("encrypted_regex");

/** The first sops file in YAML whose values are all sealed. */
export const wholeYaml = (repository: Repository) =>
  tracked(repository).find(
    (file) => file.endsWith(".yaml") && /ENC\[/.test(repository.text(file)) && isWhole(repository.text(file)),
  );

/** The tracked .age files. */
export const ageIn = (repository: Repository) => tracked(repository).filter((file) => file.endsWith(".age"));

/** A mutation of the first file that fits. */
export function onFile(
  name: string,
  find: (repository: Repository) => string | undefined,
  apply: (
    repository: Repository,
    file: string,
  ) => Promise<readonly Expected[] | Outcome> | readonly Expected[] | Outcome,
): Mutation {
  return {
    name,
    apply: async (repository) => {
      const file = find(repository);
      if (file === undefined) return undefined;
      const result = await apply(repository, file);
      return "expected" in result ? result : { expected: result };
    },
  };
}

/** A mutation that adds a file that has nothing to do with the base. */
export function adding(
  ...[name, file, content, rule]: [
    name: string,
    file: string,
    content: () => string | Uint8Array | Promise<string | Uint8Array>,
    rule?: string,
  ]
): Mutation {
  return {
    name,
    apply: async (repository) => {
      repository.write(file, await content());
      repository.git("add", "--force", file);
      return { expected: rule === undefined ? [] : [`${rule} ${file}`] };
    },
  };
}

/** One base is enough for what does not depend on the policy. */
export function ownOnly(mutation: Mutation): Mutation {
  return { ...mutation, only: ["own"] };
}

/** The first sealed value of a text. */
export const sealedLine = (text: string) => /^(.*?)(ENC\[AES256_GCM,[^\]]*\])/m.exec(text);

/** Two readers for policies that a mutation makes. */
export const READERS = { alice: scriptKey("age-1.pub"), bob: scriptKey("age-2.pub") };
