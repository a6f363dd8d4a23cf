/** Which copies that a tool or an editor left behind must be found? */
import { PLAINTEXTS } from "../bases.ts";
import { adding, onFile, wholeYaml, type Mutation } from "./mutation.ts";

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
];
