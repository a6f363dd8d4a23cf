/**
 * Which kinds of keys can sops use that we cannot?
 *
 * The registry, in the order in which sops reads their lists.
 */
import { azureKv } from "./azure-kv.ts";
import type { ForeignKind } from "./foreign-key.ts";
import { gcpKms } from "./gcp-kms.ts";
import { hcVault } from "./hc-vault.ts";
import { hckms } from "./hckms.ts";
import { kms } from "./kms.ts";
import { pgp } from "./pgp.ts";

export const foreignKinds: readonly ForeignKind[] = [kms, gcpKms, hckms, azureKv, hcVault, pgp];
