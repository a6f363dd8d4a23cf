/** HashiCorp Vault or OpenBao, transit engine: an address, the path of the engine, and the name of a key. */
import type { ForeignKey, ForeignKind } from "./entry.ts";

function keyOf(address: string, engine: string, name: string): ForeignKey {
  const id = `${address.replace(/\/+$/, "")}/v1/${engine}/keys/${name}`;
  return { type: "hc_vault", id, text: `Vault key ${id}` };
}

function fromText(text: string): ForeignKey {
  // The version comes first and the name last; the segment before the name is dropped, whatever its word.
  const [, address, engine, name] = /^([a-z]+:\/\/[^/]+)\/v\d+\/(.+)\/[^/]+\/([^/]+)\/?$/i.exec(text) ?? [];
  if (address === undefined || engine === undefined || name === undefined) {
    return { type: "hc_vault", id: text, text: `Vault key ${text}` };
  }
  return keyOf(address, engine, name);
}

export const hcVault: ForeignKind = {
  type: "hc_vault",
  fields: ["vault_address", "engine_path", "key_name", "created_at", "enc"],
  isAlwaysInGroup: true,
  inRule: "hc_vault_transit_uri",
  ruleTakes: "words",
  inGroup: "hc_vault",
  fromText,
  fromGroup: ({ text }) => fromText(text("uri")),
  fromEntry: ({ text }) => keyOf(text("vault_address"), text("engine_path"), text("key_name")),
};
