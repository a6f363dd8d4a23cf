/** Which damage must be found when a file is opened? */
import { scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";
import type { Mutation } from "./mutation.ts";

export const verified: readonly Mutation[] = [
  [
    "a value is swapped with another",
    "secrets/app.yaml",
    (text: string) => {
      const [one = "", two = ""] = [...text.matchAll(/token: (ENC\[[^\]]*\])/g)].map(([, enc]) => enc);
      return text.replace(one, "\u0000").replace(two, one).replace("\u0000", two);
    },
  ] as const,
  ["an entry is removed", "secrets/app.yaml", (text: string) => text.replace(/^ +password: .*\n/m, "")] as const,
  [
    "the MAC is of another file",
    "secrets/app.yaml",
    (text: string) =>
      text.replace(/tag:([^,]*),type:str\]$/m, (all, tag: string) =>
        all.replace(tag, Buffer.alloc(16, 7).toString("base64")),
      ),
  ] as const,
].map(([name, file, change]) => ({
  name,
  only: ["own"],
  apply: (repository: Repository) => {
    repository.edit(file, change);
    repository.write("../alice", scriptKey("age-1"));
    return { expected: [`SEC006 ${file}`], request: { verify: true, paths: [file] }, identities: ["../alice"] };
  },
}));

export const damagedAge: Mutation = {
  name: "a byte of an age payload is changed",
  only: ["own"],
  apply: (repository) => {
    const bytes = repository.read("secrets/token.age");
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    repository.write("secrets/token.age", bytes);
    repository.write("../alice", scriptKey("age-1"));
    return {
      expected: ["SEC006 secrets/token.age"],
      request: { verify: true, paths: ["secrets/token.age"] },
      identities: ["../alice"],
    };
  },
};
