/** How is a whole-file `.age` secret written? It is replaced whole, so that writing it needs no key. */
import { once } from "../../text/chunks.ts";
import { SecretsError } from "../../errors.ts";
import { collect, sha256 } from "../../io/stream.ts";
import { ageRecipients } from "../../policy/policy.ts";
import { ageStanding } from "./admit.ts";
import { ageHeader, openSecret, sealingChange } from "../secrets/age-secret.ts";
import { inFormerNames } from "../identities/key-changes.ts";
import type { Project } from "../project/project.ts";
import { compareAgeFile, personMayRead } from "../../agreement/age-file.ts";
import type { AgeTarget, Planned } from "./target.ts";

/** @param bytes what is there now; undefined for a new file */
export async function ageTarget(project: Project, planned: Planned, bytes: Uint8Array | undefined): Promise<AgeTarget> {
  const { path, file, ruled, options } = planned;
  const header = bytes && (await ageHeader(project, path, once(bytes)));
  const recipients = ageRecipients(ruled.ruling.readers);
  const standing = header && (await ageStanding(project, header, { file: ruled.file, recipients }));
  const difference =
    header &&
    (await inFormerNames(project, await compareAgeFile(header, ruled), { standing: standing?.known ?? [], ruled }));
  let opened: Uint8Array | undefined;
  let isReplaced = false;
  return {
    kind: "age",
    path,
    file,
    ruled,
    recipients,
    isNew: bytes === undefined,
    standing,
    hasPeople: header !== undefined && (await personMayRead(header, ruled)),
    difference,
    open: async () => {
      opened =
        bytes === undefined
          ? new Uint8Array()
          : await collect((await openSecret(project, path, once(bytes))).plaintext);
      return opened;
    },
    isReplaced: () => isReplaced,
    seal: async (plaintext) => {
      const same = opened !== undefined && Buffer.compare(opened, plaintext) === 0;
      isReplaced = !same;
      if (same && (bytes === undefined || difference?.status !== "differ")) return undefined;
      refuseEmpty(file, { plaintext, isNew: bytes === undefined, allowed: (options.allowEmpty ?? false) || same });
      return sealingChange({
        path,
        expected: bytes === undefined ? "absent" : sha256(bytes),
        recipients,
        keyring: project.identities,
        armor: header?.armored ?? options.armor ?? false,
        hint: ruled.file.policy.readerHint,
        plaintext: () => once(plaintext),
      });
    },
  };
}

/** @throws SecretsError `refused`: nothing would replace a secret, and nobody said that it may. */
function refuseEmpty(file: string, found: { plaintext: Uint8Array; isNew: boolean; allowed: boolean }): void {
  if (found.plaintext.length > 0 || found.isNew || found.allowed) return;
  throw new SecretsError("refused", "the new content is empty and would replace a secret", {
    at: { file },
    hint: "repeat with --allow-empty if that is meant",
  });
}
