/**
 * What was meant by a verb that there is not?
 *
 * First what other tools call it, then what is one slip away from it. A guess that nobody can mean is worse than none.
 */
import { SecretsError } from "../../errors.ts";
import { nearest } from "../../words/did-you-mean.ts";
import { shellText } from "../../words/shell.ts";
import type { Slip } from "../front-end.ts";

/** The names that sops, agenix, pass, git and cloud tools give to what we can do. */
const others: Readonly<Record<string, readonly string[]>> = {
  get: ["cat", "show", "view", "print", "read", "reveal", "extract"],
  edit: ["add", "new", "create", "open", "change"],
  set: ["put", "write", "insert"],
  unset: ["rm", "remove", "delete"],
  ls: ["list", "status"],
  who: ["readers", "recipients", "access"],
  check: ["verify", "lint", "scan", "audit", "doctor"],
  rekey: ["reencrypt", "re-encrypt", "sync", "update"],
};

const advice: Readonly<Record<string, string>> = {
  init: "the policy is all there is to set up: write a .sops.yaml with your key, then: secrets edit secrets/db.age",
  keygen: "age-keygen -o ~/.config/sops/age/keys.txt",
  version: "secrets --version",
};

export function unknownCommand({ family, words: [verb, ...rest], known }: Slip): SecretsError {
  const before = ["secrets", ...family].join(" ");
  const takes = family.length === 0 ? "" : `; ${before} takes ${known.join(", ")}`;
  if (verb === undefined) {
    return new SecretsError("usage", `${before} needs a command: ${known.join(", ")}`, { hint: `${before} --help` });
  }
  const instead = family.length === 0 && Object.hasOwn(advice, verb) ? advice[verb] : undefined;
  const meant = known.find((name) => others[name]?.includes(verb)) ?? nearest(verb, known);
  const words = rest.length === 0 ? ["--help"] : rest.map(shellText);
  const guess = meant === undefined ? `${before} --help` : `did you mean: ${[before, meant, ...words].join(" ")}`;
  return new SecretsError("usage", `unknown command '${[...family, verb].join(" ")}'${takes}`, {
    hint: instead ?? guess,
  });
}
