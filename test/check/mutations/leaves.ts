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
];
