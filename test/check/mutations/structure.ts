/** Which broken files must be found without a key? */
import type { Repository } from "../repository.ts";
import { ageIn, first, onFile, sopsIn, wholeYaml, type Mutation } from "./mutation.ts";

const ENTRY = /-----BEGIN AGE ENCRYPTED FILE-----[^]*?-----END AGE ENCRYPTED FILE-----/g;

/** A sops file of one key group with more than one reader. */
const withSeveralEntries = (repository: Repository) =>
  first(repository, /\.yaml$/, (text) => (text.match(ENTRY) ?? []).length > 1 && !text.includes("key_groups"));

export const structure: readonly Mutation[] = [
  onFile("the MAC is gone", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^ +mac: .*\n/m, ""));
    return [`SEC005 ${file}`];
  }),
  onFile("the MAC is empty", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +mac: ).*$/m, '$1""'));
    return [`SEC005 ${file}`];
  }),
  onFile("the version is empty", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +version: ).*$/m, '$1""'));
    return [`SEC005 ${file}`];
  }),
  onFile("an encrypted value is cut short", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/(ENC\[AES256_GCM,data:[^,]*,iv:[^,]*),tag:[^\]]*\]/, "$1]"));
    return [`SEC005 ${file}`];
  }),
  onFile(
    "the base64 of an encrypted value is damaged",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/tag:(.)([^,]*)==,type/, "tag:$2,type"));
      return [`SEC005 ${file}`];
    },
  ),
  onFile("all encrypted values are placeholders", wholeYaml, (repository, file) => {
    repository.edit(file, (text) =>
      text.replaceAll(/ENC\[AES256_GCM,[^\]]*,type:(str|int|bool)\]/g, "ENC[AES256_GCM,data:x,iv:y,tag:z,type:$1]"),
    );
    return [`SEC005 ${file}`];
  }),
  onFile("a short value can be read", wholeYaml, (repository, file) => {
    const data = Buffer.from("hunter2-plain-91ab").toString("base64");
    repository.edit(file, (text) => text.replace(/ENC\[AES256_GCM,data:[^,]*/, `ENC[AES256_GCM,data:${data}`));
    return [`SEC005 ${file}`];
  }),
  onFile("a key is duplicate in YAML", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +password: .*\n)/m, "$1$1"));
    return [`SEC005 ${file}`];
  }),
  onFile(
    "a key is duplicate in JSON",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace(/(\s+"key": "ENC[^"]*",)/, "$1$1"));
      return [`SEC005 ${file}`];
    },
  ),
  onFile("the marks of a merge are left", wholeYaml, (repository, file) => {
    repository.edit(file, (text) =>
      text.replace(/^( +password: .*\n)/m, "<<<<<<< HEAD\n$1=======\n$1>>>>>>> theirs\n"),
    );
    return [`SEC005 ${file}`];
  }),
  onFile("the metadata is gone", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.slice(0, text.search(/^sops:/m)));
    return [`SEC005 ${file}`];
  }),
  onFile("the entry of a reader is cut short", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^ +-----END AGE ENCRYPTED FILE-----\n/m, ""));
    return [`SEC005 ${file}`];
  }),
  onFile("the entry of a reader is a copy of another's", withSeveralEntries, (repository, file) => {
    repository.edit(file, (text) => {
      const [first = "", second = ""] = text.match(ENTRY) ?? [];
      return text.replace(second, first);
    });
    return [`SEC005 ${file}`];
  }),
  onFile("the type of a value is one that sops does not write", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/type:str\]/, "type:bytes]"));
    return [`SEC005 ${file}`];
  }),
  onFile("a value is called a comment", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +\w+: ENC\[.*type:)str\]/m, "$1comment]"));
    return [`SEC005 ${file}`];
  }),
  onFile("the version is one that there is none of", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +version: ).*$/m, "$199.0.0"));
    return [`SEC018 ${file}`];
  }),
  onFile("the version is one that knew no age", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +version: ).*$/m, "$11.0.0"));
    return [`SEC018 ${file}`];
  }),
  onFile("a threshold without key groups is added", withSeveralEntries, (repository, file) => {
    repository.edit(file, (text) => text.replace(/^( +)version: /m, "$1shamir_threshold: 1\n$1version: "));
    return [`SEC018 ${file}`];
  }),
  onFile(
    "JSON that does not parse",
    (repository) => sopsIn(repository, /\.json$/),
    (repository, file) => {
      repository.edit(file, (text) => text.replace('"api"', '"api'));
      return [`SEC005 ${file}`];
    },
  ),
  onFile(
    "an age header is cut short",
    (repository) => ageIn(repository)[0],
    (repository, file) => {
      repository.write(file, repository.read(file).subarray(0, 90));
      return [`SEC009 ${file}`];
    },
  ),
];
