/**
 * How is a valid secret made for a path of a policy?
 *
 * For the corpus: what the policy says of the path decides readers, groups and selection, as the program itself would do it.
 */
import { sealAge } from "../../src/documents/age/file.ts";
import { encryptText } from "../../src/documents/sops/verbs.ts";
import type { SelectionSettings } from "../../src/documents/sops/selection.ts";
import { wantedSettings } from "../../src/agreement/wanted-settings.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { formatOfPath, loadFormat } from "../../src/formats/index.ts";
import { keyring } from "../../src/keys/index.ts";
import type { Keyring, Recipient } from "../../src/keys/recipient.ts";
import { ageRecipients, type Policy, type Ruling } from "../../src/policy/policy.ts";
import { sopsRecipients } from "../../src/policy/sops-recipients.ts";

export function rulingOf(policy: Policy, path: string): Ruling {
  const ruling = policy.rule(path);
  if (ruling === undefined) throw new Error(`no rule covers ${path}`);
  return ruling;
}

export interface SopsOptions {
  readonly readers?: readonly (readonly Recipient[])[];
  readonly threshold?: number;
  readonly settings?: SelectionSettings;
  readonly format?: FormatName;
  readonly now?: Date;
}

/** A sops file with this plaintext; `options` takes the place of what the policy says. */
export async function sopsFile(
  policy: Policy,
  { path, text }: { path: string; text: string },
  options: SopsOptions = {},
): Promise<string> {
  const ruling = rulingOf(policy, path);
  const groups = (ruling.settings.groups ?? [ruling.readers]).map((readers) => sopsRecipients(readers));
  const sealed = await encryptText({
    text,
    format: await loadFormat(options.format ?? formatOfPath(path) ?? "binary"),
    readers: { groups: options.readers ?? groups, threshold: options.threshold ?? ruling.settings.threshold ?? 0 },
    settings: options.settings ?? wantedSettings(ruling),
    keyring,
    now: options.now ?? new Date("2026-01-01T00:00:00Z"),
  });
  return sealed.text;
}

/** An age file with this plaintext, for the readers of the policy or for these. */
export async function ageFile(
  policy: Policy,
  { path, text }: { path: string; text: string },
  options: {
    readonly recipients?: readonly Recipient[];
    readonly keyring?: Keyring;
    readonly hint?: boolean;
    readonly armor?: boolean;
  } = {},
): Promise<Buffer> {
  const recipients = options.recipients ?? ageRecipients(rulingOf(policy, path).readers);
  const { bytes } = await sealAge({
    recipients,
    keyring: options.keyring ?? keyring,
    plaintext: new TextEncoder().encode(text),
    armor: options.armor ?? false,
    hint: options.hint ?? policy.readerHint,
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}
