/** Which plaintext must be found where a policy wants ciphertext? */
import { PLAINTEXTS } from "../bases.ts";
import { adding, ageIn, first, onFile, sopsIn, wholeYaml, type Mutation } from "./mutation.ts";

export const plaintext: readonly Mutation[] = [
  onFile("a sops file is replaced by its plaintext", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    return [`SEC001 ${file}`];
  }),
  onFile("the same with the line ends of Windows", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml.replaceAll("\n", "\r\n"));
    return [`SEC001 ${file}`];
  }),
  onFile("the same with a byte order mark", wholeYaml, (repository, file) => {
    repository.write(file, `\ufeff${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  onFile("the same in UTF-16", wholeYaml, (repository, file) => {
    repository.write(file, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(PLAINTEXTS.yaml, "utf16le")]));
    return [`SEC001 ${file}`];
  }),
  onFile(
    "a JSON file is replaced by its plaintext",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.write(file, PLAINTEXTS.json);
      return [`SEC001 ${file}`];
    },
  ),
  onFile(
    "a Kubernetes Secret is replaced by its plaintext",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("kind: Secret") && text.includes("ENC[")),
    (repository, file) => {
      repository.write(file, PLAINTEXTS.kubernetes);
      return [`SEC001 ${file}`];
    },
  ),
  onFile("a sops file is left unencrypted with a comment that speaks of ENC[", wholeYaml, (repository, file) => {
    repository.write(file, `# ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n${PLAINTEXTS.yaml}`);
    return [`SEC001 ${file}`];
  }),
  onFile(
    "an .age file is replaced by its plaintext",
    (repository) => ageIn(repository)[0],
    (repository, file) => {
      repository.write(file, "correct horse\n");
      return [`SEC001 ${file}`];
    },
  ),
  onFile("a plaintext beside a secret, not yet tracked", wholeYaml, (repository, file) => {
    const beside = file.replace(/[^/]*$/, file.includes("systems/") ? "secrets.yaml" : "new.yaml");
    repository.write(beside, PLAINTEXTS.yaml);
    return [`SEC001 ${beside}`];
  }),
  {
    ...adding("a plaintext without an end to its name", "secrets/password", () => "swordfish-1942\n", "SEC001"),
    only: ["own", "two-class-servers"],
  },
  {
    ...adding(
      "a binary plaintext",
      "secrets/store.bin",
      () => Uint8Array.from({ length: 64 }, (_, index) => 200 + (index % 50)),
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding("a file with a line feed in its name", "secrets/a\nb", () => "swordfish-1942\n", "SEC001"),
    only: ["own"],
  },
  {
    ...adding("a filled Secret under a broad rule", "deploy/secret.yaml", () => PLAINTEXTS.kubernetes, "SEC001"),
    only: ["own"],
  },
  {
    ...adding(
      "a filled Secret as the second document",
      "deploy/all.yaml",
      () => `apiVersion: v1\nkind: Service\nmetadata:\n  name: app\n---\n${PLAINTEXTS.kubernetes}`,
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding(
      "a filled Secret in a List",
      "deploy/list.yaml",
      () => "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  data:\n    a: c2VjcmV0\n",
      "SEC001",
    ),
    only: ["own"],
  },
  {
    ...adding("an .age file that is none and that no rule covers", "other/x.age", () => "correct horse\n", "SEC009"),
    only: ["own", "flux", "monorepo", "homelab-teams"],
  },
];
