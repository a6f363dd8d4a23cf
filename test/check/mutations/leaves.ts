/** Which values in clear must be found inside an encrypted file? */
import { first, onFile, sealedLine, sopsIn, wholeYaml, type Mutation } from "./mutation.ts";

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
    "a comment in clear among encrypted ones",
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
];
