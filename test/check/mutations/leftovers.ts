/** Which copies that a tool or an editor left behind must be found? */
import { PLAINTEXTS } from "../bases.ts";
import { adding, onFile, ownOnly, READERS, wholeYaml, type Mutation } from "./mutation.ts";

export const leftovers: readonly Mutation[] = [
  ...["secrets.yaml.dec", "app.decrypted.json", ".decrypted~app.yaml", ".env.keys", "app.dec.yaml"].flatMap((name) => [
    adding(`${name} is tracked`, `chart/${name}`, () => "password: swordfish-1942\n", "SEC013"),
  ]),
  {
    name: "a decrypted copy is neither tracked nor ignored",
    apply: (repository) => {
      repository.write("chart/.decrypted~app.yaml", "password: swordfish-1942\n");
      return { expected: ["SEC013 chart/.decrypted~app.yaml"] };
    },
  },
  ...["~", ".bak", ".orig"].map((end) =>
    onFile(`an editor left a copy (${end})`, wholeYaml, (repository, file) => {
      repository.write(`${file}${end}`, PLAINTEXTS.yaml);
      return [`SEC013 ${file}${end}`];
    }),
  ),
  onFile("an editor left its swap file", wholeYaml, (repository, file) => {
    const swap = file.replace(/([^/]*)$/, ".$1.swp");
    repository.write(swap, "b0VIM 9.0 password");
    return [`SEC013 ${swap}`];
  }),
  onFile("a backup of an encrypted file that is encrypted itself", wholeYaml, (repository, file) => {
    repository.write(`${file}.bak`, repository.read(file));
    return [];
  }),
  ...[".bak", ".old", ".orig", ".tmp", ".save", ".backup", "~"].map((end) =>
    ownOnly({
      name: `a rule takes names in ${end} and not the names without it`,
      apply: (repository) => {
        const regex = `^dump/.*${end.replace(".", "\\.")}$`;
        const users = `users:\n  alice: ${READERS.alice}\n  bob: ${READERS.bob}\n`;
        repository.write(
          "sub/.sops.yaml",
          `${users}creation_rules:\n  - path_regex: ${regex}\n    readers: [alice, bob]\n`,
        );
        repository.write(`sub/dump/db${end}`, "password: swordfish-1942\n");
        return { expected: [`SEC001 sub/dump/db${end}`] };
      },
    }),
  ),
  ownOnly(
    adding("a backup of a Secret under a broad rule", "deploy/secret.yaml.bak", () => PLAINTEXTS.kubernetes, "SEC013"),
  ),
  ownOnly(adding("a backup of a Secret", "k8s/secret.yaml.bak", () => PLAINTEXTS.kubernetes, "SEC013")),
  ownOnly(
    adding("a backup of a ConfigMap", "k8s/config.yaml.orig", () => "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: b\n"),
  ),
  ownOnly(adding("a backup of a document", "secrets/README.md.bak", () => "# Secrets\n")),
];
