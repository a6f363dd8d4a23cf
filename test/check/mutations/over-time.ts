/** What must be found that the working tree does not show: in the index, in commits, in the history? */
import { fixtureKey, PLAINTEXTS } from "../bases.ts";
import { onFile, sealedLine, wholeYaml, type Mutation } from "./mutation.ts";

export const overTime: readonly Mutation[] = [
  onFile("plaintext is staged, and encrypted on disk", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.git("add", file);
    repository.write(file, sealed);
    return { expected: [`SEC010 ${file}`], request: { mode: "staged" } };
  }),
  onFile("one value unencrypted is staged, and encrypted on disk", wholeYaml, (repository, file) => {
    const sealed = repository.text(file);
    repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
    repository.git("add", file);
    repository.write(file, sealed);
    return { expected: [`SEC010 ${file}`], request: { mode: "staged" } };
  }),
  onFile("one value unencrypted is staged, and on disk too", wholeYaml, (repository, file) => {
    repository.edit(file, (text) => text.replace(sealedLine(text)?.[2] ?? "-", "swordfish-1942"));
    repository.git("add", file);
    return { expected: [`SEC002 ${file}`], request: { mode: "staged" } };
  }),
  onFile("plaintext is staged, and on disk too", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    repository.git("add", file);
    return { expected: [`SEC001 ${file}`], request: { mode: "staged" } };
  }),
  onFile("plaintext lies on disk, and what is staged is encrypted", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    return { expected: [], request: { mode: "staged" } };
  }),
  onFile("plaintext is committed and then encrypted", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    repository.write(file, sealed);
    repository.commit();
    return { expected: [`SEC011 ${file}`], request: { mode: "range", range: "HEAD~2..HEAD" } };
  }),
  onFile("plaintext is committed and then removed", wholeYaml, (repository, file) => {
    repository.write(`${file.replace(/[^/]*$/, "")}more.yaml`, PLAINTEXTS.yaml);
    if (!repository.policy.rule(`${file.replace(/[^/]*$/, "")}more.yaml`)) return [];
    repository.commit();
    repository.remove(`${file.replace(/[^/]*$/, "")}more.yaml`);
    repository.commit();
    return {
      expected: [`SEC011 ${file.replace(/[^/]*$/, "")}more.yaml`],
      request: { mode: "range", range: "HEAD~2.." },
    };
  }),
  onFile("a merge brings plaintext that neither side has", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.git("checkout", "--quiet", "-b", "side");
    repository.write("README.md", "side\n");
    repository.commit();
    repository.git("checkout", "--quiet", "-");
    repository.write("src/app.ts", "export {};\n");
    repository.commit();
    repository.git("merge", "--quiet", "--no-ff", "--no-commit", "side");
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit("merge");
    repository.write(file, sealed);
    repository.commit();
    return { expected: [`SEC011 ${file}`], request: { mode: "range", range: "HEAD~2..HEAD" } };
  }),
  onFile("rule and secret are dropped together", wholeYaml, (repository, file) => {
    repository.write(".sops.yaml", "creation_rules: []\n");
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    return { expected: [`SEC001 ${file}`], request: { mode: "range", range: "HEAD~1..HEAD" } };
  }),
  onFile("plaintext is at the end of the range", wholeYaml, (repository, file) => {
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    return { expected: [`SEC001 ${file}`], request: { mode: "range", range: "HEAD~1..HEAD" } };
  }),
  onFile("a range without anything in it", wholeYaml, (repository) => {
    repository.write("README.md", "changed\n");
    repository.commit();
    return { expected: [], request: { mode: "range", range: "HEAD~1..HEAD" } };
  }),
  onFile("plaintext lies far back in the history", wholeYaml, (repository, file) => {
    const sealed = repository.read(file);
    repository.write(file, PLAINTEXTS.yaml);
    repository.commit();
    repository.write(file, sealed);
    for (const text of ["one", "two"]) {
      repository.write("README.md", text);
      repository.commit();
    }
    return { expected: [`SEC012 ${file}`], request: { mode: "history" } };
  }),
  onFile("a history without anything in it", wholeYaml, () => ({ expected: [], request: { mode: "history" } })),
  {
    name: "a key is committed and then removed",
    apply: (repository) => {
      repository.write("tools/key", fixtureKey("age.key"));
      repository.commit();
      repository.remove("tools/key");
      repository.commit();
      return { expected: ["SEC007 tools/key"], request: { mode: "range", range: "HEAD~2..HEAD" } };
    },
  },
];
