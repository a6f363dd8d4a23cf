/** How is a sops document written? Only where it changed; values, comments and layout that did not stay as they are. */
import type { SopsDocument, OpenedDocument } from "../../documents/sops/document.ts";
import { SecretsError } from "../../errors.ts";
import type { Format } from "../../formats/format.ts";
import { sha256 } from "../../io/stream.ts";
import { inFormerNames } from "../identities/key-changes.ts";
import { naming, type Project } from "../project/project.ts";
import { compareDocument, personMayOpen, wantedReaders } from "../../agreement/sops-document.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { refusingSlips } from "./slips.ts";
import { openSops, recipientsIn, reseal, sealNew, textChange } from "../secrets/sops-secret.ts";
import type { Planned, PlannedChange, SopsTarget } from "./target.ts";

/** Without a rule the document keeps its own readers and settings, as stock sops keeps them. */
export async function sopsTarget(
  project: Project,
  planned: PlannedChange,
  found: { readonly bytes: Uint8Array; readonly document: SopsDocument },
): Promise<SopsTarget> {
  const { path, file, ruled, options } = planned;
  const standing = (await Promise.all(found.document.metadata.groups.map(recipientsIn))).flat();
  const difference =
    ruled &&
    (await inFormerNames(project, (await compareDocument(found.document, ruled)).agreement, { standing, ruled }));
  let opening: Promise<OpenedDocument> | undefined;
  const document = () =>
    (opening ??= openSops(project, path, { document: found.document, ignoreMac: options.ignoreMac }));
  return {
    kind: "sops",
    path,
    file,
    ruled,
    format: found.document.format,
    recipients: ruled === undefined ? standing : sopsRecipients(ruled.ruling.readers),
    isNew: false,
    standing: { known: standing, unknown: 0 },
    hasPeople: ruled === undefined || (await personMayOpen(found.document.metadata, ruled)),
    difference,
    document,
    open: async () => found.document.format.encode((await document()).openText),
    isReplaced: () => false,
    seal: async (plaintext) => {
      const opened = await document();
      const { format } = found.document;
      const isEmptied = hasValues(format, format.encode(opened.openText)) && !hasValues(format, plaintext);
      if (isEmptied && options.allowEmpty !== true) {
        throw new SecretsError("refused", "the new content is empty and would replace a secret", {
          at: { file },
          hint: "repeat with --allow-empty if that is meant",
        });
      }
      const text = await naming(file, () =>
        reseal(project, {
          opened,
          text: format.decode(plaintext, "open"),
          ruled,
          newKey: "removed",
          renewMac: options.ignoreMac,
          judge: judgeOf(project, planned, opened),
        }),
      );
      return text === found.document.text ? undefined : textChange(path, sha256(found.bytes), text);
    },
  };
}

export async function newSopsTarget(project: Project, planned: Planned, format: Format): Promise<SopsTarget> {
  const { path, file, ruled } = planned;
  const { ruling } = ruled;
  return {
    kind: "sops",
    path,
    file,
    ruled,
    format,
    recipients: sopsRecipients(ruling.readers),
    isNew: true,
    standing: undefined,
    hasPeople: false,
    difference: undefined,
    document: () => Promise.resolve(undefined),
    open: () => Promise.resolve(new Uint8Array()),
    isReplaced: () => false,
    seal: async (plaintext) => {
      if (plaintext.length === 0) return undefined;
      const text = await naming(file, async () =>
        sealNew(project, {
          text: format.decode(plaintext, "open"),
          format,
          readers: await wantedReaders(ruling),
          settings: wantedSettings(ruling, format),
          judge: judgeOf(project, planned, undefined),
        }),
      );
      return textChange(path, "absent", text);
    },
  };
}

function judgeOf(project: Project, { file, options, ruled }: PlannedChange, before: OpenedDocument | undefined) {
  const { allowClear, isOneValue = false } = options;
  return refusingSlips(project, { file, before, isOneValue, allowClear, rule: ruled?.ruling.at });
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
