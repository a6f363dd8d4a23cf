/**
 * A whole-file `.age` secret. It is replaced whole, so that writing it needs no key.
 *
 * What only looks at one, and what only reads one, load nothing of the policy.
 */
import type { AgeHeader } from "../../documents/age/header.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { collect, digest } from "../../io/stream.ts";
import { once } from "../../text/chunks.ts";
import { needsPassphrase } from "../../keys/passphrase.ts";
import type { Keyring, Recipient } from "../../keys/recipient.ts";
import { remembered } from "../../words/remembered.ts";
import { digestOf } from "../project/input.ts";
import { ageHeader, openAgeFile, openingOf, sealingChange, type AgeSealing, type SealingChange } from "./age-file.ts";
import { emptyContent, type Instead, type SecretPlace, type ReadRequest, type Secret } from "./secret.ts";

/** The bytes of an age file. */
export interface AgeBytes {
  /** From the first one on, each time; from a pipe once. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  readonly close?: (() => Promise<void>) | undefined;
}

/** @param now undefined for a new file */
export async function ageSecret(place: SecretPlace, now: AgeBytes | undefined, instead?: Instead): Promise<Secret> {
  const { project, path, file, ruled, options } = place;
  const recipients = instead?.readers ?? (await recipientsOf(place));
  const header = remembered(async () => now && ageHeader(project, path, now.chunks()));
  const look = remembered(async () => {
    const found = await header();
    return found && (await import("./age-look.ts")).whatAgeTells(project, found, { ruled, recipients });
  });
  let opened: Uint8Array | undefined;
  const secret: Secret = {
    path,
    file,
    ruled,
    recipients,
    byHand: instead?.readers !== undefined,
    isNew: now === undefined,
    servings: { foreign: "ignored", entries: false },
    document: undefined,
    look,
    hasPeople: async () => {
      const found = await header();
      if (found === undefined || ruled === undefined) return found !== undefined;
      return (await import("../../agreement/age-file.ts")).personMayRead(found, ruled);
    },
    canOpen: async () => {
      const { stanzas } = (await header()) ?? { stanzas: [] };
      return needsPassphrase(stanzas) ? "with a passphrase" : project.identities.canOpen(openingOf(stanzas));
    },
    openedGroups: () => Promise.resolve(undefined),
    open: async () => (opened = now === undefined ? new Uint8Array() : await collect(await secret.read({}))),
    read: (request) => read(place, now, request),
    seal: async (plaintext) => {
      const bytes = plaintext instanceof Uint8Array ? plaintext : undefined;
      const isSame = isEqual(opened, bytes);
      if (isSame && (secret.isNew || (await look())?.agreement?.status !== "differ")) return undefined;
      const isAllowed = secret.isNew || options.allowEmpty === true || isSame;
      if (bytes?.length === 0 && !isAllowed) throw emptyContent(file);
      const change = await changeOf(place, {
        recipients,
        header: await header(),
        plaintext: plaintext instanceof Uint8Array ? () => once(plaintext) : plaintext,
        keyring: instead?.keyring,
        emptyIn: isAllowed ? undefined : file,
      });
      return { secret, change, keepsContent: isSame };
    },
    rewrap: async () => {
      const expected = (await digestOf(project, path)) ?? "absent";
      const again = async function* () {
        yield* await secret.read({});
      };
      // Once to its end, so that damage shows before the commit; and again when it is written.
      await digest(again());
      const change = await changeOf({ ...place, expected }, { recipients, header: await header(), plaintext: again });
      return { secret, change, keepsContent: true };
    },
  };
  return secret;
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

async function read(
  { project, path, file }: SecretPlace,
  now: AgeBytes | undefined,
  { extract, outputType }: ReadRequest,
): Promise<AsyncIterable<Uint8Array>> {
  if (now === undefined) return once(new Uint8Array());
  if (extract === undefined && outputType === undefined) return openAgeFile(project, path, now.chunks());
  await now.close?.();
  throw new SecretsError("usage", "an .age secret is one value and has no keys", {
    at: { file },
    hint: `secrets get ${shellWord(file)}`,
  });
}

async function recipientsOf({ ruled }: SecretPlace): Promise<readonly Recipient[]> {
  if (ruled === undefined) return [];
  return (await import("../../policy/policy.ts")).ageRecipients(ruled.ruling.readers);
}

function changeOf(
  { project, path, target = path, ruled, options, expected = "any" }: SecretPlace,
  what: Pick<AgeSealing, "recipients" | "plaintext" | "emptyIn"> & {
    readonly header: AgeHeader | undefined;
    readonly keyring?: Keyring | undefined;
  },
): Promise<SealingChange> {
  const { header, ...sealing } = what;
  const armor = header?.armored ?? options.armor ?? ruled?.ruling.settings.armor ?? false;
  const keyring = what.keyring ?? project.identities;
  return sealingChange({ ...sealing, path: target, expected, keyring, armor, hint: ruled?.policy.readerHint ?? true });
}
