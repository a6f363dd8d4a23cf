/**
 * How do tests hold keys and open sops documents with them?
 */
import { newDataKey, type DataKey } from "../../src/crypto/data-key.ts";
import { openDocument, readDocument, type OpenedDocument } from "../../src/documents/sops/document.ts";
import { unwrapDataKey } from "../../src/documents/sops/unwrap.ts";
import { wrapDataKey } from "../../src/documents/sops/wrap.ts";
import { newMetadata, type Metadata } from "../../src/documents/sops/metadata.ts";
import { sealDocument, type Sealed } from "../../src/documents/sops/seal.ts";
import { DEFAULT_SETTINGS, type SelectionSettings } from "../../src/documents/sops/selection.ts";
import type { Format } from "../../src/formats/format.ts";
import { keyring, parseRecipient } from "../../src/keys/index.ts";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import type { Identity, OpeningRing, Recipient } from "../../src/keys/recipient.ts";

/** Keys without passphrases. */
export function ringOf(identities: readonly Identity[]): OpeningRing {
  const unwrap: OpeningRing["unwrap"] = async ({ stanzas }) => {
    for (const identity of identities) {
      const fileKey = await identity.unwrapFileKey(stanzas);
      if (fileKey !== null) return fileKey;
    }
    return null;
  };
  return {
    unwrap,
    canOpen: async (opening) => ((await unwrap(opening)) === null ? "no" : "yes"),
    held: async () => new Set(identities.flatMap(({ recipients }) => recipients.map(({ id }) => id))),
  };
}

/** The identities of a key file's text. */
export async function identitiesOf(text: string): Promise<readonly Identity[]> {
  const { identities } = await parseIdentityFile(Buffer.from(text), { origin: "test" });
  return identities.filter((identity): identity is Identity => !("unlock" in identity));
}

export async function recipientsOf(...texts: string[]): Promise<readonly Recipient[]> {
  return Promise.all(texts.map(parseRecipient));
}

export interface Fresh {
  readonly text: string;
  readonly format: Format;
  readonly settings?: SelectionSettings;
  readonly recipients?: readonly (readonly Recipient[])[];
  readonly dataKey?: DataKey;
  readonly threshold?: number;
  readonly indent?: number | undefined;
}

export const NOW = new Date("2026-05-04T03:02:01.234Z");

/** Encrypts a text as a new document; without recipients for nobody, which only tests do. */
export async function freshly(fresh: Fresh): Promise<Sealed> {
  const dataKey = fresh.dataKey ?? newDataKey();
  const empty = newMetadata([], 0, fresh.settings ?? DEFAULT_SETTINGS);
  const metadata: Metadata =
    fresh.recipients === undefined
      ? {
          ...empty,
          groups: [{ age: [{ recipient: "age1nobody", enc: "nothing\n", tree: undefined }], others: new Map() }],
        }
      : await wrapDataKey({
          metadata: empty,
          dataKey,
          wanted: fresh.recipients,
          threshold: fresh.threshold ?? 0,
          isNewKey: true,
          keyring,
        });
  return sealDocument({ text: fresh.text, format: fresh.format, dataKey, metadata, indent: fresh.indent, now: NOW });
}

/** Opens a sealed text with these keys. */
export async function opened(text: string, format: Format, identities: readonly Identity[]): Promise<OpenedDocument> {
  const document = readDocument(text, format);
  return openDocument(document, await unwrapDataKey(document.metadata, ringOf(identities)));
}
