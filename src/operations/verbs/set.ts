/**
 * How is one value written?
 *
 * A whole-file secret is replaced without opening the old one: the readers come from the policy, so no identity is needed.
 * In a sops document one value changes, and with it its own text, the MAC and the timestamp.
 */
import { SecretsError } from "../../errors.ts";
import { shellWord } from "../../words/shell.ts";
import { stepsText } from "../../formats/place.ts";
import { textOf } from "../../formats/text.ts";
import { addressIn, type Address } from "../secrets/document-address.ts";
import { typedTwice } from "../project/ask.ts";
import { naming, type Project } from "../project/project.ts";
import { missingKey, stepsOf } from "../secrets/key-path.ts";
import type { Secret, SecretDocument } from "../secrets/secret.ts";
import { planWrite } from "../writing/plan-write.ts";
import type { WriteOptions } from "../writing/gates.ts";
import { requireWritable, writeSecret, type WriteOutcome } from "../writing/write.ts";

/** A value, and whether it is JSON or raw text; raw text loses one final newline in sops documents. */
export interface NewValue {
  readonly bytes: Uint8Array;
  readonly form: "raw" | "json";
}

export interface SetRequest {
  /** Where in a sops document: `["a"]["b"][0]` or `a/b/0`. */
  readonly key?: string | undefined;
  /** Which document of a file that has several, counted from 1; the first if absent. */
  readonly document?: number | undefined;
  /** Asked for only after all that could refuse has been settled; absent: typed, unseen and twice. */
  readonly value?: (() => Promise<NewValue>) | undefined;
  /** What a typed value is taken for; raw if absent. */
  readonly typedForm?: NewValue["form"] | undefined;
  readonly options?: WriteOptions | undefined;
}

export interface SetOutcome extends WriteOutcome {
  /** The key, where there was nothing before in a file that was there. */
  readonly added?: string | undefined;
}

export async function setSecret(project: Project, file: string, request: SetRequest): Promise<SetOutcome> {
  const path = project.resolve(file);
  if (request.value === undefined) requireTerminal(project);
  const secret = await planWrite(project, path, { ...request.options, isOneValue: true });
  const key = keyFor(secret, request);
  await requireWritable(project, path);
  const { file: shown, document } = secret;
  if (document === undefined || key === undefined)
    return writeSecret(project, secret, await secret.seal(await wholeValue(project, secret, request)));
  const address = await addressIn(document, { verb: "set", file: shown, key, document: request.document });
  const sealed = async (value: NewValue) =>
    secret.seal(await naming(shown, async () => documentWith(document, address, value)));
  // Any other text that is typed would be refused as this one is.
  const isText = request.value === undefined && request.typedForm !== "json";
  if (isText) await sealed({ bytes: new TextEncoder().encode("?"), form: "raw" });
  const outcome = await writeSecret(project, secret, await sealed(await valueOf(project, secret, request)));
  const isAdded = outcome.status === "updated" && address.isNew;
  return { ...outcome, added: isAdded ? stepsText(address.steps) : undefined };
}

/** Under which sops keeps a file that is one value. */
const WHOLE_KEY = "data";

/** A key for a document; undefined for a secret that is one value. @throws SecretsError `usage` */
function keyFor({ file, document: parts }: Secret, { key, document }: SetRequest): string | undefined {
  const at = { file };
  if (parts === undefined) {
    if (key === undefined && document === undefined) return undefined;
    throw new SecretsError(
      "usage",
      "an .age secret is one value: it has no keys, and takes no value on the command line",
      {
        at,
        hint: `secrets set ${shellWord(file)} --value-stdin`,
      },
    );
  }
  if (parts.format.isWhole === true && (key === undefined || stepsText(stepsOf(key)) === WHOLE_KEY)) return undefined;
  if (key !== undefined) {
    stepsOf(key);
    return key;
  }
  throw new SecretsError("usage", "no key given: which value?", {
    at,
    hint: `secrets set ${shellWord(file)} KEY --value-stdin`,
  });
}

/** @throws SecretsError `cannot-ask` */
function requireTerminal({ host }: Project): void {
  if (host.terminal.canAsk) return;
  throw new SecretsError("cannot-ask", "cannot ask for the value here", {
    hint: "give it with --value-stdin or --value-file PATH",
  });
}

async function valueOf(project: Project, { file }: Secret, { value, key, typedForm }: SetRequest): Promise<NewValue> {
  if (value !== undefined) return value();
  const what = key === undefined ? file : `${key} in ${file}`;
  const typed = await typedTwice(project, `value for ${what}`, "an empty value: --value-file /dev/null");
  return { bytes: new TextEncoder().encode(typed), form: typedForm ?? "raw" };
}

async function wholeValue(project: Project, secret: Secret, request: SetRequest): Promise<Uint8Array> {
  const isTypedJson = request.value === undefined && request.typedForm === "json";
  const value = isTypedJson ? undefined : await valueOf(project, secret, request);
  if (value?.form === "raw") return value.bytes;
  throw new SecretsError("usage", "this secret is bytes, not JSON", {
    at: { file: secret.file },
    hint: `secrets set ${shellWord(secret.file)} --value-stdin`,
  });
}

/** The open text of the document with this value in it. */
function documentWith({ format }: SecretDocument, { parsed, steps }: Address, value: NewValue): Uint8Array {
  try {
    const text = textOf(value.bytes);
    const json = value.form === "json" ? text : JSON.stringify(text.replace(/\r?\n$/, ""));
    if (value.form === "json") requireJson(json);
    return format.encode(format.set(parsed, steps, json));
  } catch (error) {
    throw missingKey(error);
  }
}

/** `JSON.parse` quotes what it cannot read, so its own message must not get out. */
function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new SecretsError("usage", "the value is not JSON", {
      hint: "a JSON string needs quotes ('\"text\"'); --value-stdin and --value-file take it raw",
    });
  }
}
