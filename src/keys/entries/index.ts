/**
 * Which keys can a sops file have entries for?
 *
 * The registry, in the order in which sops reads their lists in a rule.
 */
import { age } from "./age.ts";
import { azureKv } from "./azure-kv.ts";
import type { EntryKind, ForeignKind } from "./entry.ts";
import { gcpKms } from "./gcp-kms.ts";
import { hcVault } from "./hc-vault.ts";
import { hckms } from "./hckms.ts";
import { kms } from "./kms.ts";
import { pgp } from "./pgp.ts";

/** Those that only sops can use. */
export const foreignKinds: readonly ForeignKind[] = [kms, gcpKms, hckms, azureKv, hcVault, pgp];

export const entryKinds: readonly EntryKind[] = [age, ...foreignKinds];
