/** Which settings of git must be spoken of? */
import { ageIn, onFile, type Mutation } from "./mutation.ts";

export const surroundings: readonly Mutation[] = [
  {
    name: ".gitignore is gone",
    apply: (repository) => {
      repository.remove(".gitignore");
      return { expected: ["SEC014 .gitignore"] };
    },
  },
  {
    name: ".gitignore lacks decrypted copies",
    apply: (repository) => {
      repository.edit(".gitignore", (text) => text.replace("*.dec\n", ""));
      return { expected: ["SEC014 .gitignore"] };
    },
  },
  onFile(
    "git ignores a secret",
    (repository) => ageIn(repository).find((file) => repository.policy.exactPaths.includes(file)),
    (repository, file) => {
      repository.edit(".gitignore", (text) => `${text}*.age\n`);
      repository.git("rm", "--quiet", "--cached", file);
      return repository.policy.exactPaths.map((path) => `SEC014 ${path}`);
    },
  ),
  {
    name: ".gitattributes is gone",
    apply: (repository) => {
      repository.git("rm", "--quiet", ".gitattributes");
      return { expected: ["SEC015 .gitattributes"] };
    },
  },
  onFile(
    "line ends of a binary age file are converted",
    (repository) => ageIn(repository)[0],
    (repository) => {
      repository.write(
        ".gitattributes",
        "*.age diff=secrets text eol=crlf\n*.yaml diff=secrets\n*.json diff=secrets\n*.env diff=secrets\n*.ini diff=secrets\nblob diff=secrets\n",
      );
      return ageIn(repository).map((file) => `SEC015 ${file}`);
    },
  ),
];
