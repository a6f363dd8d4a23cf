/** A sops document. It is written only where it changed; values, comments and layout that did not stay as they are. */
import { personMayOpen, wantedReaders } from "../../agreement/sops-document.ts";
import { settingsIn, wantedSettings } from "../../agreement/wanted-settings.ts";
import type { OpenedDocument, SopsDocument } from "../../documents/sops/document.ts";
import { foreignEntries } from "../../documents/sops/foreign.ts";
import { isEncrypted } from "../../documents/sops/metadata.ts";
import { standingReaders } from "../../documents/sops/readers.ts";
import { DEFAULT_SETTINGS } from "../../documents/sops/selection.ts";
import type { WantedReaders } from "../../documents/sops/verbs.ts";
import { SecretsError, type Position } from "../../errors.ts";
import { converted, convertedAt, type Conversion } from "../../formats/convert.ts";
import type { Format } from "../../formats/format.ts";
import { loadFormat } from "../../formats/index.ts";
import { collect, sha256 } from "../../io/stream.ts";
import { once } from "../../text/chunks.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { remembered } from "../../words/remembered.ts";
import { inFile, naming } from "../project/project.ts";
import { refusingSlips } from "../writing/slips.ts";
import { addressOf } from "./document-address.ts";
import { requireFormatName } from "./file-kind.ts";
import { indentOf } from "./indent.ts";
import { missingKey } from "./key-path.ts";
import {
  emptyContent,
  type Instead,
  type SecretPlace,
  type Plaintext,
  type ReadRequest,
  type Secret,
} from "./secret.ts";
import { canOpenDocument, whatSopsTells, openedGroups } from "./sops-look.ts";
import { openSops, recipientsIn, reseal, sealNew, textChange } from "./sops-document.ts";

/** Without a rule the document keeps its own readers and settings, as stock sops keeps them. */
export async function sopsSecret(place: SecretPlace, document: SopsDocument, bytes: Uint8Array): Promise<Secret> {
  const { project, path, file, ruled, options } = place;
  const { metadata, format } = document;
  const standing = (await Promise.all(metadata.groups.map(recipientsIn))).flat();
  const opening = remembered(() => openSops(project, path, { document, ignoreMac: options.ignoreMac }));
  const change = (text: string) => textChange(path, sha256(bytes), text);
  const secret: Secret = {
    path,
    file,
    ruled,
    recipients: ruled === undefined ? standing : sopsRecipients(ruled.ruling.readers),
    byHand: false,
    isNew: false,
    servings: { foreign: "kept", entries: true },
    document: {
      format,
      isEncrypted: isEncrypted(document.parsed.metadata),
      text: async () => (await opening()).openText,
      readers: async () => ({
        groups: await standingReaders(metadata),
        foreign: metadata.groups.map((group) => foreignEntries(group).map(({ key }) => key)),
        threshold: metadata.threshold,
      }),
    },
    look: remembered(() => whatSopsTells(project, document, ruled)),
    hasPeople: async () => ruled === undefined || personMayOpen(metadata, ruled),
    canOpen: () => canOpenDocument(metadata, project.identities),
    openedGroups: () => openedGroups(metadata, project.identities),
    open: async () => format.encode((await opening()).openText),
    read: async (request) => part(place, await opening(), request),
    seal: async (plaintext) => {
      const opened = await opening();
      const bytes = await wholeOf(plaintext);
      const isEmptied = hasValues(format, format.encode(opened.openText)) && !hasValues(format, bytes);
      if (isEmptied && options.allowEmpty !== true) throw emptyContent(file);
      const judge = judgeOf(place, { before: opened, rule: ruled?.ruling.at });
      const wanted = { opened, ruled, newKey: "removed", renewMac: options.ignoreMac, judge } as const;
      const sealed = await naming(file, async () => reseal(project, { ...wanted, text: format.decode(bytes, "open") }));
      return sealed === document.text ? undefined : { secret, change: change(sealed), keepsContent: true };
    },
    rewrap: async ({ readers, newKey }) => {
      const opened = await opening();
      const instead = typeof readers === "string" ? undefined : readers;
      const wanted = { opened, text: opened.openText, ruled: readers === "rule" ? ruled : undefined, instead, newKey };
      return { secret, change: change(await naming(file, () => reseal(project, wanted))), keepsContent: true };
    },
  };
  return secret;
}

/** @throws SecretsError `no-rule` where neither a rule nor anybody says who reads it */
export async function newSopsSecret(place: SecretPlace, format: Format, instead: Instead = {}): Promise<Secret> {
  const { project, path, target = path, file, ruled, expected = "absent", source = file } = place;
  const readers = await readersOf(place, instead);
  const { settings: wanted, at } = instead.selection ?? {
    settings: ruled === undefined ? DEFAULT_SETTINGS : wantedSettings(ruled.ruling),
    at: ruled?.ruling.at,
  };
  const settings = settingsIn(format, wanted);
  const nothing = () => Promise.resolve(undefined);
  const secret: Secret = {
    path,
    file,
    ruled,
    recipients: readers.groups.flat(),
    byHand: instead.readers !== undefined,
    isNew: true,
    servings: { foreign: "wanted", entries: true },
    document: {
      format,
      isEncrypted: false,
      text: () => Promise.resolve(format.empty ?? ""),
      readers: () => Promise.resolve(readers),
    },
    look: nothing,
    hasPeople: () => Promise.resolve(false),
    canOpen: () => Promise.resolve("no"),
    openedGroups: nothing,
    open: () => Promise.resolve(new Uint8Array()),
    read: () => Promise.resolve(once(new Uint8Array())),
    seal: async (plaintext) => {
      const bytes = await wholeOf(plaintext);
      if (bytes.length === 0) return undefined;
      const judge = judgeOf(place, { before: undefined, rule: at });
      const sealed = await naming(source, async () =>
        sealNew(project, {
          text: format.decode(bytes, "open"),
          format,
          readers,
          settings,
          indent: await indentOf(place, format),
          judge,
        }),
      );
      return { secret, change: textChange(target, expected, sealed), keepsContent: false };
    },
    rewrap: () => Promise.reject(new Error("there is nothing yet to be re-encrypted")),
  };
  return secret;
}

async function readersOf({ ruled, file }: SecretPlace, { readers, threshold }: Instead): Promise<WantedReaders> {
  if (readers !== undefined) return { groups: [readers], threshold: 0 };
  if (ruled === undefined) throw new SecretsError("no-rule", "no rule covers this path", { at: { file } });
  const wanted = await wantedReaders(ruled.ruling);
  return { ...wanted, threshold: threshold ?? wanted.threshold };
}

async function wholeOf(plaintext: Plaintext): Promise<Uint8Array> {
  return plaintext instanceof Uint8Array ? plaintext : collect(plaintext());
}

function judgeOf(
  { project, file, source = file, options }: SecretPlace,
  given: { readonly before: OpenedDocument | undefined; readonly rule: Position | undefined },
) {
  const { allowClear, isOneValue = false } = options;
  return refusingSlips(project, { ...given, file: source, isOneValue, allowClear });
}

/** The document as it was asked for. @throws SecretsError `usage` for an unknown format or key */
async function part(
  place: SecretPlace,
  opened: OpenedDocument,
  request: ReadRequest,
): Promise<AsyncIterable<Uint8Array>> {
  const { file } = place;
  const { format, openText } = opened;
  const { extract: key, document, outputType } = request;
  if (document !== undefined && key === undefined)
    throw new SecretsError("usage", "--document needs a key", { at: { file } });
  try {
    const wanted = outputType === undefined ? format : await loadFormat(requireFormatName(outputType));
    if (key === undefined && wanted === format) return once(format.encode(openText));
    const parsed = format.parse(openText, "open");
    const conversion = { parsed, from: format, to: wanted, indent: await indentOf(place, wanted) };
    if (key === undefined) return once(convertedText(place, conversion));
    const address = addressOf(format, parsed, { verb: "get", file, key, document });
    if (wanted === format) return once(format.extract(address.parsed, address.steps));
    return once(convertedAt(conversion, address.steps));
  } catch (error) {
    throw inFile(missingKey(error), file);
  }
}

function convertedText({ project, file }: SecretPlace, conversion: Conversion): Uint8Array {
  const { text, documents, comments } = converted(conversion);
  const { name } = conversion.to;
  if (documents > 0) project.say(`${file}: ${name} holds one document; ${documents} more of the file are left out`);
  if (comments > 0) project.tell(`${file}: ${name} has no comments; those of the file are left out`);
  return conversion.to.encode(text);
}

/** Whether a text says anything; one that cannot be parsed does, and whoever seals it will say what is wrong. */
function hasValues(format: Format, bytes: Uint8Array): boolean {
  try {
    const text = format.decode(bytes, "open");
    return (
      (format.isWhole === true ? text : text.trim()) !== "" &&
      format.parse(text, "open").leaves.some(({ kind }) => kind === "value")
    );
  } catch {
    return true;
  }
}
