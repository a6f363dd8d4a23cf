/** Where must a value of a secret be found? */
import { scriptKey } from "../bases.ts";
import type { Mutation } from "./mutation.ts";

export const values: readonly Mutation[] = [
  {
    name: "a value of a secret stands in a document",
    only: ["own"],
    apply: (repository) => {
      repository.write("docs/notes.md", "log in with 8f14e45fceea167a5a36dedd4bea2543\n");
      repository.git("add", "docs/notes.md");
      repository.write("../alice", scriptKey("age-1"));
      repository.write("../bob", scriptKey("ed25519-1"));
      return { expected: ["SEC016 docs/notes.md"], request: { values: true }, identities: ["../alice", "../bob"] };
    },
  },
];
