/** How does a plaintext document become a sops document? */
import { shellWord } from "../../words/shell.ts";
import { SELECTION_SETTINGS } from "../../policy/rule-settings.ts";
import { selectionSettings, type SelectionSettings } from "../../documents/sops/selection.ts";
import type { WantedReaders } from "../../documents/sops/verbs.ts";
import { SecretsError, type Position } from "../../errors.ts";
import { converted, type Conversion } from "../../formats/convert.ts";
import { formatOfPath, loadFormat } from "../../formats/index.ts";
import { collect } from "../../io/stream.ts";
import type { Ruling } from "../../policy/policy.ts";
import { fileChunks } from "../secrets/age-secret.ts";
import { namedRecipients } from "./encrypt-age.ts";
import {
  encryptedAlready,
  grantsOf,
  type Encrypted,
  type EncryptRequest,
  type Encryption,
} from "../writing/encryption.ts";
import { kindOfContent, requireFormatName } from "../secrets/file-kind.ts";
import { naming, statOf, type Project } from "../project/project.ts";
import { requireRule, ruleOf } from "../project/rule.ts";
import { wantedReaders } from "../../agreement/sops-document.ts";
import { settingsIn, wantedSettings } from "../../agreement/wanted-settings.ts";
import { sopsRecipients } from "../../policy/sops-recipients.ts";
import { settle } from "../writing/gates.ts";
import { refusingSlips } from "../writing/slips.ts";
import { sealNew, textChange } from "../secrets/sops-secret.ts";

/** @throws SecretsError what the gates throw; `malformed` with the line; `refused` for what must not be replaced or left unencrypted */
export async function encryptSops(project: Project, encryption: Encryption): Promise<Encrypted> {
  const { request, input, path, output, expected } = encryption;
  const file = project.show(path);
  const { allowClear } = request;
  const bytes = await naming(file, () => collect(encryption.chunks()));
  await refuseEncrypted(project, encryption, bytes);
  const { readers, settings, rule } = await readersAndSettings(project, encryption);
  // Lines and columns are those of the plaintext.
  const source = input === "-" ? file : project.show(project.resolve(input));
  const text = await naming(source, async () => {
    const { from, to } = await formatsOf(encryption);
    const plain = from.decode(bytes, "open");
    return sealNew(project, {
      text: from === to ? plain : carriedOver(project, source, { parsed: from.parse(plain, "open"), from, to }),
      format: to,
      readers,
      settings: settingsIn(to, settings),
      judge: refusingSlips(project, { file: source, before: undefined, isOneValue: false, allowClear, rule }),
    });
  });
  const ruled = await ruleOf(project, path).catch(() => undefined);
  const recipients = readers.groups.flat();
  if (output !== undefined) await refuseOverSecret(project, output, request);
  return {
    change: textChange(output ?? path, expected, text),
    grants: grantsOf(project, encryption, { recipients, ruled, standing: undefined }),
  };
}

/**
 * The format of the input and the one to write. Where a type is not named, the name of the input tells the first and the name
 * that rules the second, and each of them both where the other tells nothing; so `--filename-override` names both, as in sops.
 */
async function formatsOf({ request, input, path }: Encryption): Promise<Pick<Conversion, "from" | "to">> {
  const named = (name: string | undefined) => (name === undefined ? undefined : requireFormatName(name));
  const source = request.filename ?? (input === "-" ? path : input);
  const told = formatOfPath(path);
  const from = named(request.inputType) ?? formatOfPath(source) ?? told ?? named(request.outputType);
  const to = named(request.outputType) ?? told ?? from;
  return { from: await loadFormat(from ?? "binary"), to: await loadFormat(to ?? "binary") };
}

/** @throws SecretsError `usage` where documents would be lost, which the MAC of stock sops would cover all the same */
function carriedOver(project: Project, file: string, conversion: Conversion): string {
  const { text, documents, comments } = converted(conversion);
  const name = conversion.to.name;
  if (documents > 0) throw new SecretsError("usage", `${name} holds one document, and this text has ${documents + 1}`);
  if (comments > 0) project.tell(`${file}: ${name} has no comments; those of the text are left out`);
  return text;
}

async function refuseEncrypted(project: Project, encryption: Encryption, bytes: Uint8Array): Promise<void> {
  const { path, input, request } = encryption;
  const kind = await kindOfContent(project, path, { bytes, inputType: request.inputType });
  if (kind.kind === "sops") throw encryptedAlready(input === "-" ? undefined : project.show(path));
}

interface Chosen {
  readonly readers: WantedReaders;
  readonly settings: SelectionSettings;
  /** Where the settings stand that nothing on the command line replaces. */
  readonly rule: Position | undefined;
}

/** What the command line says goes before the rule, setting by setting, as in sops. */
async function readersAndSettings(project: Project, { request, path }: Encryption): Promise<Chosen> {
  const file = project.show(path);
  const named = request.recipients ?? [];
  const ruled = named.length > 0 ? await ruleOf(project, path) : await requireRule(project, path);
  const settings = settingsFor(request, ruled?.ruling);
  const rule = Object.keys(request.selection ?? {}).length > 0 ? undefined : ruled?.ruling.at;
  if (named.length > 0) return { readers: { groups: [await namedRecipients(named)], threshold: 0 }, settings, rule };
  if (ruled === undefined) throw new SecretsError("no-rule", "no rule covers this path", { at: { file } });
  const recipients = sopsRecipients(ruled.ruling.readers);
  const intent = {
    path,
    file,
    ruled,
    kind: "sops",
    difference: undefined,
    hasPeople: false,
    recipients,
    settles: false,
  } as const;
  await settle(project, [{ ...intent, options: request }]);
  const { groups, threshold } = await wantedReaders(ruled.ruling);
  return { readers: { groups, threshold: request.threshold ?? threshold }, settings, rule };
}

/** @throws SecretsError `usage` where a setting on the command line and another of the rule exclude one another */
function settingsFor(request: EncryptRequest, ruling: Ruling | undefined): SelectionSettings {
  const given = Object.entries(request.selection ?? {});
  if (given.length === 0 && request.macOnlyEncrypted === undefined && ruling !== undefined)
    return wantedSettings(ruling);
  const rule = ruling?.settings.selection;
  const fields = Object.fromEntries([...(rule === undefined ? [] : [[rule.kind, rule.value]]), ...given]);
  const macOnly = request.macOnlyEncrypted ?? ruling?.settings.macOnlyEncrypted ?? false;
  const names = SELECTION_SETTINGS.filter((name) => typeof fields[name] === "string" && fields[name] !== "");
  if (names.length > 1) throw new SecretsError("usage", `${names.join(" and ")} exclude one another`);
  return selectionSettings(fields, macOnly);
}

/** @throws SecretsError `refused`: a secret is there already, which only its own verbs may change */
async function refuseOverSecret(project: Project, output: string, request: EncryptRequest): Promise<void> {
  if (request.inPlace === true || (await statOf(project, output)) === undefined) return;
  const bytes = await collect(fileChunks(project, output));
  const { kind } = await kindOfContent(project, output, { bytes });
  if (kind === "plain" && bytes.length === 0) return;
  const file = project.show(output);
  throw new SecretsError(
    "refused",
    kind === "plain" ? "it would be overwritten" : "there is an encrypted file already",
    {
      at: { file },
      hint: kind === "plain" ? "remove it first" : `change it with: secrets edit ${shellWord(file)}`,
    },
  );
}
