/** Azure Key Vault: a vault, the name of a key, and its version, which sops looks up where the policy has none. */
import type { ForeignKey, ForeignKind } from "./entry.ts";

function keyOf(vault: string, name: string, version: string): ForeignKey {
  const key = `${vault.replace(/\/+$/, "")}/keys/${name}`;
  const id = `${key}/${version}`;
  const text = `Azure key ${version === "" ? key : id}`;
  return version === ""
    ? { type: "azure_kv", id, text, accepts: (other) => other.startsWith(id) }
    : { type: "azure_kv", id, text };
}

export const azureKv: ForeignKind = {
  type: "azure_kv",
  fields: ["vault_url", "vaulturl", "name", "version", "created_at", "enc"],
  inRule: "azure_keyvault",
  ruleTakes: "words",
  inGroup: "azure_keyvault",
  groupFields: { vaultUrl: "text", key: "text", version: "text" },
  fromText: (text) => {
    const [, vault, name, version = ""] = /^(https?:\/\/[^/]+)\/keys\/([^/]+)(?:\/([^/]+))?\/?$/.exec(text) ?? [];
    if (vault === undefined || name === undefined) return { type: "azure_kv", id: text, text: `Azure key ${text}` };
    return keyOf(vault, name, version);
  },
  fromGroup: ({ text }) => keyOf(text("vaultUrl"), text("key"), text("version")),
  fromEntry: ({ text }) => keyOf(text("vault_url"), text("name"), text("version")),
};
