/**
 * What can be asked of a sops document?
 *
 * The verbs, from text to text: each is a composition of opening, wrapping and sealing, so that no caller has to know in
 * which order data key, readers, settings and MAC come. Nothing here reads or writes a file.
 */
import { newDataKey } from "../../crypto/data-key.ts";
import type { Format } from "../../formats/format.ts";
import type { ForeignKey } from "../../keys/entries/entry.ts";
import type { Keyring, OpeningRing, Recipient } from "../../keys/recipient.ts";
import { openDocument, type OpenedDocument, type SopsDocument } from "./document.ts";
import { compareReaders, standingReaders } from "./readers.ts";
import { unwrapDataKey } from "./unwrap.ts";
import { wrapDataKey } from "./wrap.ts";
import { newMetadata, withSettings } from "./metadata.ts";
import { rewriteMetadata, sealDocument, type Sealed } from "./seal.ts";
import type { SelectionSettings } from "./selection.ts";

/** Who shall be able to read a document: one list, or several key groups of which `threshold` are needed (0: all). */
export interface WantedReaders {
  readonly groups: readonly (readonly Recipient[])[];
  /** The keys that only sops can use, group by group: others are left out. Undefined: those that the document has stay. */
  readonly foreign?: readonly (readonly ForeignKey[])[] | undefined;
  readonly threshold: number;
}

function wrappedFor({ groups, threshold, foreign }: WantedReaders) {
  return { wanted: groups, threshold, foreign };
}

/**
 * A new document of a plain text.
 * @throws SecretsError as `wrapDataKey` and `sealDocument` do.
 */
export async function encryptText(request: {
  readonly text: string;
  readonly format: Format;
  readonly readers: WantedReaders;
  readonly settings: SelectionSettings;
  readonly indent?: number | undefined;
  readonly keyring: Keyring;
  readonly now: Date;
}): Promise<Sealed> {
  const { text, format, readers, settings, indent, keyring, now } = request;
  const dataKey = newDataKey();
  const metadata = await wrapDataKey({
    metadata: newMetadata([], 0, settings),
    dataKey,
    ...wrappedFor(readers),
    isNewKey: true,
    keyring,
  });
  return sealDocument({ text, format, dataKey, metadata, indent, now });
}

/**
 * Opens a document with the available keys.
 * @throws SecretsError as `unwrapDataKey` and `openDocument` do.
 */
export async function openWith(
  document: SopsDocument,
  ring: OpeningRing,
  options: { readonly ignoreMac?: boolean } = {},
): Promise<OpenedDocument> {
  return openDocument(document, await unwrapDataKey(document.metadata, ring), options);
}

/** What an edit changes: the text, and the selection where a policy wants another one. */
export interface Edit {
  readonly text: string;
  readonly settings?: SelectionSettings | undefined;
  readonly renewMac?: boolean | undefined;
  /** Other documents that the text comes from, as the other side of a merge: their ciphertext is reused too. */
  readonly others?: readonly OpenedDocument[] | undefined;
  readonly now: Date;
}

/** The document with another open text, for the same readers under the same data key. */
export async function editDocument(opened: OpenedDocument, edit: Edit): Promise<Sealed> {
  const { format, dataKey } = opened;
  const metadata = edit.settings === undefined ? opened.metadata : withSettings(opened.metadata, edit.settings);
  return sealDocument({
    text: edit.text,
    format,
    dataKey,
    metadata,
    earlier: [opened, ...(edit.others ?? [])],
    renewMac: edit.renewMac,
    now: edit.now,
  });
}

/**
 * The document under a new data key, for the wanted readers or, without any, for those that it has.
 * @throws SecretsError `refused` where an entry cannot be made here: another key type, an unknown kind of recipient.
 */
export async function rotateDocument(
  opened: OpenedDocument,
  change: {
    readonly readers?: WantedReaders | undefined;
    readonly settings?: SelectionSettings | undefined;
    readonly keyring: Keyring;
    readonly now: Date;
  },
): Promise<Sealed> {
  const { format, metadata: standing, openText } = opened;
  const readers = change.readers ?? { groups: await standingReaders(standing), threshold: standing.threshold };
  const dataKey = newDataKey();
  const wrapped = await wrapDataKey({
    metadata: standing,
    dataKey,
    ...wrappedFor(readers),
    isNewKey: true,
    keyring: change.keyring,
  });
  const metadata = change.settings === undefined ? wrapped : withSettings(wrapped, change.settings);
  return sealDocument({ text: openText, format, dataKey, metadata, earlier: [opened], now: change.now });
}

/**
 * The document for other readers: re-wrapped where they were only added, which leaves values and MAC alone; under a new
 * data key where one was removed, unless `keepDataKey`, which is what sops does.
 */
export async function changeReaders(
  opened: OpenedDocument,
  change: {
    readonly readers: WantedReaders;
    readonly keepDataKey?: boolean;
    readonly keyring: Keyring;
    readonly now: Date;
  },
): Promise<{ readonly opened: OpenedDocument; readonly newDataKey: boolean }> {
  const { readers, keyring, now } = change;
  const { removes, differs } = await compareReaders(opened.metadata, readers.groups, readers.foreign);
  if (!differs) return { opened, newDataKey: false };
  if (removes && change.keepDataKey !== true) {
    return { opened: (await rotateDocument(opened, { readers, keyring, now })).opened, newDataKey: true };
  }
  const { metadata, dataKey } = opened;
  const wider = await wrapDataKey({ metadata, dataKey, ...wrappedFor(readers), isNewKey: false, keyring });
  return { opened: await rewriteMetadata(opened, wider), newDataKey: false };
}
