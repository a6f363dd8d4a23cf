/** Which values unencrypted must be found inside an encrypted file? */
import { scriptKey } from "../bases.ts";
import { first, onFile, ownOnly, READERS, sealedLine, sopsIn, wholeYaml, type Mutation } from "./mutation.ts";

const POLICY = `users:\n  alice: ${READERS.alice}\n  bob: ${scriptKey("ed25519-1.pub").split(" ").slice(0, 2).join(" ")}\nhosts:\n  web1: ${scriptKey("age-3.pub")}\ncreation_rules:\n  - path_regex: ^app\n    SELECTION\n    readers: [alice, bob, web1]\n`;

export const leaves: readonly Mutation[] = [
  ...[/\.yaml$/, /\.json$/, /\.env$/, /\.ini$/].map((end) =>
    onFile(
      `one value of a ${end.source} file is decrypted`,
      (repository) => (end.source.includes("yaml") ? wholeYaml(repository) : sopsIn(repository, end)),
      (repository, file) => {
        repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
        return [`SEC002 ${file}`];
      },
    ),
  ),
  onFile("a new key is written with a plain editor", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^sops:/m, "added: swordfish-1942\nsops:"));
    return [`SEC002 ${file}`];
  }),
  onFile("a number in a list is decrypted", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/port: ENC\[[^\]]*\]/, "port: 5432"));
    return [`SEC002 ${file}`];
  }),
  onFile(
    "a value of a Secret is decrypted",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("kind: Secret") && text.includes("ENC[")),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
      return [`SEC002 ${file}`];
    },
  ),
  onFile(
    "a comment unencrypted among encrypted ones",
    (repository) => first(repository, /\.yaml$/, (text) => text.includes("#ENC[")),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/#ENC\[[^\]]*\]/, "# the old password was swordfish"));
      return [`SEC002 ${file}`];
    },
  ),
  ...[/\.yaml$/, /\.json$/].map((end) =>
    onFile(
      `everything in a ${end.source} file is decrypted, and its metadata is left`,
      (repository) => (end.source.includes("yaml") ? wholeYaml(repository) : sopsIn(repository, end)),
      (repository, file) => {
        repository.edit(file, (text) =>
          text.replaceAll(/#?ENC\[AES256_GCM,[^\]]*\]/g, (enc) => (enc.startsWith("#") ? "#" : "swordfish")),
        );
        return [`SEC002 ${file}`, `SEC005 ${file}`];
      },
    ),
  ),
  onFile("everything is decrypted, under no rule", wholeYaml, (repository, file) => {
    const decrypted = repository
      .text(file)
      .replaceAll(/#?ENC\[AES256_GCM,[^\]]*\]/g, "swordfish")
      .replace(/^ +mac: .*\n/m, "");
    repository.write("elsewhere/app.json.txt", "sops lastmodified");
    repository.write("elsewhere/app", decrypted.replaceAll(/^swordfish/gm, "# old"));
    repository.git("add", "elsewhere");
    return ["SEC002 elsewhere/app", "SEC005 elsewhere/app"];
  }),
  ...(
    [
      ["encrypted_comment_regex", "swordfish-1942", true],
      ["encrypted_comment_regex", "production", false],
      ["unencrypted_comment_regex", "swordfish-1942", true],
      ["unencrypted_comment_regex", "production", false],
    ] as const
  ).map(([name, value, isFound]) =>
    ownOnly({
      name: `${name}: ${isFound ? "a value is decrypted" : "what it leaves unencrypted is unencrypted"}`,
      apply: (repository) => {
        const file = "secrets/app.yaml";
        const [open, sealed] = isFound ? ["production", value] : [value, undefined];
        const [marked, other] = name === "encrypted_comment_regex" ? [sealed, open] : [open, sealed];
        repository.write("sub/.sops.yaml", POLICY.replace("SELECTION", `${name}: mark`));
        const text = repository.text(file);
        const seal = (given: string | undefined) => given ?? /: (ENC\[.*\])/.exec(text)?.[1] ?? "";
        const body = `# mark\na:\n    b: ${seal(marked)}\nc: ${seal(other)}\n`;
        repository.write(
          "sub/app.yaml",
          `${body}${text.slice(text.indexOf("\nsops:") + 1).replace(/^( +)unencrypted_suffix: .*$/m, `$1${name}: mark`)}`,
        );
        repository.git("add", "sub");
        return { expected: isFound ? ["SEC002 sub/app.yaml"] : [] };
      },
    }),
  ),
];
