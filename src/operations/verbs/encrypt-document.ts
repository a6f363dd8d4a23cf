/** What does a plaintext document become: in which format, with which settings, and in which words? */
import { selectionSettings, type SelectionSettings } from "../../documents/sops/selection.ts";
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { converted } from "../../formats/convert.ts";
import type { Format, FormatName } from "../../formats/format.ts";
import { formatOfPath, loadFormat } from "../../formats/index.ts";
import { collect } from "../../io/stream.ts";
import type { Ruling } from "../../policy/policy.ts";
import { SELECTION_SETTINGS } from "../../policy/rule-settings.ts";
import { naming } from "../project/project.ts";
import { documentOf, requireFormatName } from "../secrets/file-kind.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";
import { indentOf } from "../secrets/indent.ts";
import type { Instead, SecretPlace } from "../secrets/secret.ts";
import type { EncryptRequest } from "./encrypt.ts";

type Unruled = Omit<SecretPlace, "ruled">;

interface Input {
  readonly request: EncryptRequest;
  /** A path, or `-` for standard input. */
  readonly input: string;
}

/** What the command line says goes before the rule, setting by setting, as in sops. @throws SecretsError `usage` */
export function documentSettings(
  place: Unruled,
  given: Input & { readonly ruling: Ruling | undefined },
): Pick<Instead, "threshold" | "selection" | "format"> {
  const { request, ruling } = given;
  const isOwn = Object.keys(request.selection ?? {}).length > 0;
  return {
    threshold: request.threshold,
    selection: { settings: settingsFor(request, ruling), at: isOwn ? undefined : ruling?.at },
    format: formatsOf(place, given).to,
  };
}

/** @throws SecretsError `usage` where a setting on the command line and another of the rule cannot be combined */
function settingsFor(request: EncryptRequest, ruling: Ruling | undefined): SelectionSettings {
  const given = Object.entries(request.selection ?? {});
  if (given.length === 0 && request.macOnlyEncrypted === undefined && ruling !== undefined)
    return wantedSettings(ruling);
  const rule = ruling?.settings.selection;
  const fields = Object.fromEntries([...(rule === undefined ? [] : [[rule.kind, rule.value]]), ...given]);
  const macOnly = request.macOnlyEncrypted ?? ruling?.settings.macOnlyEncrypted ?? false;
  const names = SELECTION_SETTINGS.filter((name) => typeof fields[name] === "string" && fields[name] !== "");
  if (names.length > 1) throw new SecretsError("usage", `${names.join(" and ")} cannot be combined`);
  return selectionSettings(fields, macOnly);
}

/**
 * The format of the input and the one to write. Where a type is not named, the name of the input tells the first and the name
 * that rules the second, and each of them both where the other tells nothing; so `--filename-override` names both, as in sops.
 */
function formatsOf(
  { path }: Unruled,
  { request, input }: Input,
): { readonly from: FormatName; readonly to: FormatName } {
  const named = (name: string | undefined) => (name === undefined ? undefined : requireFormatName(name));
  const told = formatOfPath(path);
  const source = request.filename ?? (input === "-" ? path : input);
  const from = named(request.inputType) ?? formatOfPath(source) ?? told ?? named(request.outputType);
  return { from: from ?? "binary", to: named(request.outputType) ?? told ?? from ?? "binary" };
}

/**
 * The text in the format that is written.
 * @throws SecretsError `refused` where it is encrypted already; `malformed`; `usage` where documents would be lost, which the MAC of
 *   stock sops would cover all the same
 */
export async function textFor(
  place: Unruled,
  to: Format,
  given: Input & { readonly plaintext: () => AsyncIterable<Uint8Array> },
): Promise<Uint8Array> {
  const { project, path, source = place.file } = place;
  const { input, request, plaintext } = given;
  return naming(source, async () => {
    const bytes = await collect(plaintext());
    if ((await documentOf(project, path, { bytes, inputType: request.inputType })) !== undefined) {
      throw encryptedAlready(input === "-" ? undefined : project.show(path));
    }
    const from = await loadFormat(formatsOf(place, given).from);
    if (from === to) return bytes;
    const { text, documents, comments } = converted({
      parsed: from.parse(from.decode(bytes, "open"), "open"),
      from,
      to,
      indent: await indentOf(place, to),
    });
    const { name } = to;
    if (documents > 0)
      throw new SecretsError("usage", `${name} holds one document, and this text has ${documents + 1}`);
    if (comments > 0) project.tell(`${source}: ${name} has no comments; those of the text are left out`);
    return to.encode(text);
  });
}

/** @param file as it is shown; undefined for standard input */
export function encryptedAlready(file: string | undefined): SecretsError {
  return new SecretsError("refused", "this is already encrypted", {
    at: { file: file ?? "standard input" },
    hint: file === undefined ? undefined : `to change its readers run: secrets rekey ${shellWord(file)}`,
  });
}
