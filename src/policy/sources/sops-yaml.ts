/**
 * The policy as sops has it, with names.
 */
import type { PolicySource } from "./source.ts";

export const sopsYaml: PolicySource = {
  key: "sops-yaml",
  name: ".sops.yaml",
  places: [".sops.yaml"],
  variable: "SOPS_CONFIG",
  misnamed: [".sops.yml", "sops.yaml", "sops.yml"],
  example: "creation_rules: [{ path_regex: ^secrets/, age: age1… }]",
  ending: ".yaml",
  read: async (bytes, file) => {
    const [{ parsePolicy }, { policyText }] = await Promise.all([
      import("../sops-yaml.ts"),
      import("../policy-text.ts"),
    ]);
    return parsePolicy(policyText(bytes, file), file);
  },
  rulesDocuments: true,
  write: async (policy) => (await import("../write-sops-yaml.ts")).sopsYamlText(policy),
};
