/**
 * The rules of agenix: an expression of Nix, which we evaluate ourselves.
 */
import type { PolicySource } from "./source.ts";

export const secretsNix: PolicySource = {
  key: "secrets-nix",
  name: "secrets.nix",
  places: ["secrets.nix", "secrets/secrets.nix"],
  misnamed: [],
  example: '{ "token.age".publicKeys = [ "age1…" ]; }',
  ending: ".nix",
  variable: "RULES",
  read: async (bytes, file, around) => {
    const [{ parseRules }, { utf8PolicyText }] = await Promise.all([
      import("../nix-rules.ts"),
      import("../policy-text.ts"),
    ]);
    return parseRules(utf8PolicyText(bytes, file), file, around);
  },
  mayRead: (path) => /\.(?:nix|pub|json|toml)$/.test(path),
  rulesDocuments: false,
  write: async (policy) => (await import("../write-nix.ts")).rulesText(policy),
};
