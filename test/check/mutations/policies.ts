/** Which policies must be spoken of, and which not? */
import { scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { ownOnly, READERS, type Mutation } from "./mutation.ts";

const EXAMPLE = `users:
  alice: ${READERS.alice}
  bob: ${READERS.bob}
`;
export const policies: readonly Mutation[] = (
  [
    ["an expression that matches everything", "  - path_regex: (^|/)*(\\.ya?ml)?$\n    readers: [alice, bob]\n", true],
    ["a dot that is not escaped", "  - path_regex: ^conf/.*.yaml\n    readers: [alice, bob]\n", true],
    ["a word behind a dot that is not escaped", "  - path_regex: ^conf/.+.secret\n    readers: [alice, bob]\n", true],
    [
      "a rule behind one that takes every path",
      "  - readers: [alice, bob]\n  - path_regex: ^conf/\n    readers: [alice]\n",
      true,
    ],
    [
      "the same rule twice",
      "  - path_regex: ^conf/\n    readers: [alice]\n  - path_regex: ^conf/\n    readers: [bob]\n",
      true,
    ],
    ["an expression for Windows", "  - path_regex: ^conf\\\\x\\\\\n    readers: [alice, bob]\n", true],
    [
      "an age list that differs from readers",
      `  - path_regex: ^conf/\n    readers: [alice, bob]\n    age: ${scriptKey("age-1.pub")}\n`,
      true,
    ],
    [
      "a recipient that is duplicate",
      `  - path_regex: ^conf/\n    age: >-\n      ${scriptKey("age-1.pub")},\n      ${scriptKey("age-1.pub")}\n`,
      true,
    ],
    ["production with one reader", "  - path_regex: ^conf/prod/\n    readers: [alice]\n", true],
    ["an unknown name", "  - path_regex: ^conf/\n    readers: [alicia]\n", true],
    ["a bad expression", "  - path_regex: ^(?=conf)\n    readers: [alice]\n", true],
    [
      "an ecdsa recipient",
      `  - path_regex: ^conf/\n    readers: [${scriptKey("ecdsa-1.pub").split(" ").slice(0, 2).join(" ")}]\n`,
      true,
    ],
    ["a good policy", "  - path_regex: ^conf/.*\\.yaml$\n    readers: [alice, bob]\n  - readers: [alice]\n", false],
    ["a good policy with classes", "  - path_regex: ^conf/[^/]+/x\\.(ya?ml|json)$\n    readers: [alice, bob]\n", false],
  ] as const
).map(([name, rules, isDoubtful]) =>
  ownOnly({
    name: `policy: ${name}`,
    apply: (repository: Repository) => {
      repository.write("sub/.sops.yaml", `${EXAMPLE}creation_rules:\n${rules}`);
      return { expected: isDoubtful ? ["SEC017 sub/.sops.yaml"] : [] };
    },
  }),
);
