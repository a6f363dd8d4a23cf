/** How does a plaintext document become a sops document? */
import { SELECTION_SETTINGS } from "../policy/rule-settings.ts";
import { selectionSettings, type SelectionSettings } from "../documents/sops-selection.ts";
import { SecretsError } from "../errors.ts";
import { loadFormat } from "../formats/index.ts";
import { collect, readStream, sha256 } from "../io/stream.ts";
import type { Recipient } from "../keys/key-kind.ts";
import type { Ruling } from "../policy/policy.ts";
import { shellWord } from "../io/words.ts";
import { namedRecipients } from "./encrypt-age.ts";
import { encryptedAlready, type EncryptRequest, type Encryption } from "./encrypt.ts";
import { kindOfContent, kindOfNew, utf8 } from "./file-kind.ts";
import { inFile, requireRule, ruleOf, type Project } from "./project.ts";
import { refuseLockout, requireReaders, tellIfNotReader } from "./readers.ts";
import { refuseForeignRule, sopsRecipients, wantedGroups, wantedSettings } from "./sops-readers.ts";
import { sealNew, textChange } from "./sops-secret.ts";
import { commitChanges } from "./write.ts";

/** @returns the file that was written, as it is shown; undefined for standard output */
export async function encryptSops(project: Project, encryption: Encryption): Promise<string | undefined> {
  const { request, path, output } = encryption;
  const file = project.show(path);
  const bytes = await collect(encryption.chunks());
  await refuseEncrypted(project, { path, bytes, request });
  const { wanted, threshold, settings } = await readersAndSettings(project, encryption);
  const name = kindOfNew(project, path, request.inputType);
  const text = await naming(file, async () =>
    sealNew(project, {
      text: utf8(bytes),
      format: await loadFormat(name === "age" ? "binary" : name),
      wanted,
      threshold,
      settings,
    }),
  );
  if (output === undefined) {
    await project.host.stdout(new TextEncoder().encode(text));
    return undefined;
  }
  await commitChanges(project, [textChange(output, await expectedThere(project, output, request), text)]);
  return project.show(output);
}

async function refuseEncrypted(
  project: Project,
  found: { readonly path: string; readonly bytes: Uint8Array; readonly request: EncryptRequest },
): Promise<void> {
  const { path, bytes, request } = found;
  const kind = await kindOfContent(project, path, { bytes, inputType: request.inputType });
  if (kind.kind === "sops") throw encryptedAlready(request.input === "-" ? "standard input" : project.show(path));
}

interface Chosen {
  readonly wanted: readonly (readonly Recipient[])[];
  readonly threshold: number;
  readonly settings: SelectionSettings;
}

/** What the command line says goes before the rule, setting by setting, as in sops. */
async function readersAndSettings(project: Project, { request, path }: Encryption): Promise<Chosen> {
  const file = project.show(path);
  const named = request.recipients ?? [];
  const ruled = named.length > 0 ? await ruleOf(project, path) : await requireRule(project, path);
  const settings = settingsFor(request, ruled?.ruling);
  const threshold = request.threshold ?? ruled?.ruling.settings.threshold ?? 0;
  if (named.length > 0) return { wanted: [await namedRecipients(named)], threshold: 0, settings };
  if (ruled === undefined) throw new SecretsError("no-rule", "no rule covers this path", { at: { file } });
  requireReaders(file, ruled);
  refuseForeignRule(file, ruled.ruling);
  if (request.allowLockout !== true) refuseLockout(file, ruled.ruling.readers, false);
  await tellIfNotReader(project, file, sopsRecipients(ruled.ruling.readers));
  return { wanted: wantedGroups(ruled.ruling), threshold, settings };
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

/** In place, the plaintext that was read; elsewhere, what is there now, unless it is a secret. */
async function expectedThere(project: Project, output: string, request: EncryptRequest): Promise<string> {
  const { files } = project.host;
  if ((await files.stat(output)) === undefined) return "absent";
  const bytes = await collect(readStream(files, output));
  if (request.inPlace === true) return sha256(bytes);
  const kind = await kindOfContent(project, output, { bytes, inputType: request.inputType });
  if (kind.kind === "plain" || request.rekey === true) return sha256(bytes);
  throw new SecretsError("refused", "there is an encrypted file already", {
    at: { file: project.show(output) },
    hint: `change it with: secrets edit ${shellWord(project.show(output))}; or repeat with --rekey to replace it`,
  });
}

async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inFile(error, file);
  }
}
