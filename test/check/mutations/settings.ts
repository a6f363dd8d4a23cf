/** Which settings and metadata of an encrypted file must be spoken of? */
import { PLAINTEXTS } from "../bases.ts";
import { sopsFile } from "../sealed.ts";
import { first, onFile, sopsIn, wholeYaml, type Mutation } from "./mutation.ts";

export const settings: readonly Mutation[] = [
  onFile("a file is sealed with most of it unencrypted", wholeYaml, async (repository, file) => {
    const wide = { rule: { name: "encrypted_regex", value: "^token$" }, macOnlyEncrypted: false } as const;
    repository.write(
      file,
      await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.yaml }, { settings: wide }),
    );
    return [`SEC003 ${file}`];
  }),
  onFile(
    "the same in JSON",
    (repository) => sopsIn(repository, /\.json$/),
    async (repository, file) => {
      const wide = { rule: { name: "unencrypted_regex", value: "^api$" }, macOnlyEncrypted: false } as const;
      repository.write(
        file,
        await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.json }, { settings: wide }),
      );
      return [`SEC003 ${file}`];
    },
  ),
  onFile(
    "a file has another suffix than the rule, and nothing is unencrypted by it",
    wholeYaml,
    async (repository, file) => {
      const other = { rule: { name: "unencrypted_suffix", value: "_open" }, macOnlyEncrypted: false } as const;
      repository.write(
        file,
        await sopsFile(repository.policy, { path: file, text: PLAINTEXTS.yaml }, { settings: other }),
      );
      return [`SEC003 ${file}`];
    },
  ),
  onFile(
    "mac_only_encrypted beside values unencrypted, without the rule",
    (repository) => first(repository, /^k8s\/.*\.yaml$|[^/]\.sops\.yaml$/),
    async (repository, file) => {
      const rule = { name: "encrypted_regex", value: "^(data|stringData)$" } as const;
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.kubernetes },
          { settings: { rule, macOnlyEncrypted: true } },
        ),
      );
      return [`SEC018 ${file}`];
    },
  ),
  onFile("lastmodified lies in the future", wholeYaml, async (repository, file) => {
    repository.write(
      file,
      await sopsFile(
        repository.policy,
        { path: file, text: PLAINTEXTS.yaml },
        { now: new Date("2099-01-01T00:00:00Z") },
      ),
    );
    return [`SEC018 ${file}`];
  }),
  onFile(
    "a threshold above the number of groups",
    (repository) => first(repository, /^pki\/root\//),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/shamir_threshold: 2/, "shamir_threshold: 7"));
      return [`SEC018 ${file}`, `SEC004 ${file}`];
    },
  ),
  onFile("a value is left in the metadata", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^sops:\n/m, "sops:\n    password: swordfish-1942\n"));
    return [`SEC018 ${file}`];
  }),
  onFile("a value is left in the entry of a reader", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +)recipient: /m, "$1note: swordfish-1942\n$1recipient: "));
    return [`SEC018 ${file}`];
  }),
  onFile(
    "a value is left in the metadata of a JSON file",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/"sops": \{/, '"sops": { "password": "swordfish-1942",'));
      return [`SEC018 ${file}`];
    },
  ),
  onFile("the metadata has what the first sops wrote", wholeYaml, (repository, file) => {
    repository.edit(file, (text) =>
      text.replace(/^sops:\n/m, "sops:\n    attention: modify with care\n    kms: []\n    pgp: []\n"),
    );
    return [];
  }),
];
