/** Which files must be found in which the selection of their rule encrypts nothing? */
import type { Repository } from "../repository.ts";
import { sopsFile } from "../sealed.ts";
import { ownOnly, type Mutation } from "./mutation.ts";

const FILE = "k8s/more.yaml";

/** A file under a rule that encrypts `data` and `stringData` only. */
const adding = (name: string, text: string, { isSealed = false, isFound = true } = {}): Mutation =>
  ownOnly({
    name,
    apply: async (repository: Repository) => {
      repository.write(FILE, isSealed ? await sopsFile(repository.policy, { path: FILE, text }) : text);
      repository.git("add", FILE);
      return { expected: isFound ? [`SEC020 ${FILE}`] : [] };
    },
  });

const MAP = "apiVersion: v1\nkind: Deployment\nspec:\n  template:\n    password: swordfish-1942\n";

export const unselected: readonly Mutation[] = [
  adding("sops was run on a file in which the rule selects nothing", "password: swordfish-1942\n", { isSealed: true }),
  adding("sops was run on a file that is not a secret, with all of it readable", "replicas: 3\n", { isSealed: true }),
  adding(
    "a plaintext with a password lies under a rule that selects nothing in it",
    "db:\n  password: swordfish-1942\n",
  ),
  adding("a plaintext without a secret lies under a rule that selects nothing in it", "replicas: 3\n", {
    isFound: false,
  }),
  adding("a password that is only referred to", "db:\n  password: ${DB_PASSWORD}\n", { isFound: false }),
  adding("an object of Kubernetes that is not a Secret", MAP, { isFound: false }),
];
