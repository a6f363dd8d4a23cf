/**
 * What was meant by a verb that there is not?
 *
 * First what other tools call it, then what is one slip away from it. A guess that nobody can mean is worse than none.
 */
import { shellText } from "../words/shell.ts";
import { SecretsError } from "../errors.ts";

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
  init: "there is nothing to set up but the policy: write a .sops.yaml with your key, then: secrets edit secrets/db.age",
  keygen: "age-keygen -o ~/.config/sops/age/keys.txt",
  version: "secrets --version",
};

/**
 * @param words the verb, and what stood behind it
 * @param said what commander says of it, with its guess
 */
export function unknownCommand([verb = "", ...rest]: readonly string[], said: string): SecretsError {
  return new SecretsError("usage", `unknown command '${verb}'`, { hint: hintFor(verb, rest, said) });
}

function hintFor(verb: string, rest: readonly string[], said: string): string {
  const instead = Object.hasOwn(advice, verb) ? advice[verb] : undefined;
  if (instead !== undefined) return instead;
  const [meant] = Object.entries(others).find(([, names]) => names.includes(verb)) ?? [];
  const guess = /Did you mean (?:one of )?([a-z]+)/.exec(said)?.[1];
  // Commander counts letters alone: to it, `init` is near to `edit`.
  const name = meant ?? (guess?.startsWith(verb.charAt(0)) === true ? guess : undefined);
  if (name === undefined) return "secrets --help";
  const words = rest.length === 0 ? ["--help"] : rest.map(shellText);
  return `did you mean: ${["secrets", name, ...words].join(" ")}`;
}
