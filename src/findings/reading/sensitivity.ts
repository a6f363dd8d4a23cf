/**
 * Would this plaintext lose a secret if git published it?
 *
 * What decides where a rule is broad, and where a rule encrypts some keys only: a file in which it would encrypt nothing is in
 * order as it is.
 */
import { pathSelection, usableSelection, type SelectsPath } from "../../documents/sops/selection.ts";
import { SecretsError } from "../../errors.ts";
import type { Format, FormatName, Leaf } from "../../formats/format.ts";
import { formatOfPath, loadFormat } from "../../formats/index.ts";
import { staysClear, textOfScalar } from "../../formats/scalar.ts";
import type { Place } from "../../text/places.ts";
import type { Ruling } from "../../policy/policy.ts";
import { takesAnyFile } from "../../policy/enforcement.ts";
import { MOST_PARSED } from "./content.ts";
import type { Governed } from "../finding.ts";
import { holdsNoSecrets, innermostObject, isOtherData, isSecretData, isSecretField } from "./kubernetes.ts";
import { hadAction, hasActions, isReference, withoutActions } from "./references.ts";
import { wantedSettings } from "../../agreement/wanted-settings.ts";

/** The place of the first value that should be encrypted, or that there is none. */
type Sensitive = Place | undefined;

const START = { line: 1, column: 1 };

/**
 * Where this plaintext under this rule goes against the policy; undefined where it does not.
 * @param path POSIX; its end tells the format.
 */
export async function sensitivePlace(text: string | undefined, governed: Governed, path: string): Promise<Sensitive> {
  const { enforcement, ruling } = governed;
  if (enforcement === "never") return undefined;
  const obliges = enforcement === "always";
  if (text === undefined) return obliges ? START : undefined;
  if (obliges && hasNothingToSeal(text, path)) return undefined;
  const outright = ruling.kind === "secrets" || ruling.settings.enforce === "always";
  const isTemplate = !outright && /(?:^|\/)templates\//.test(path) && hasActions(text);
  if (!obliges && !mayBeSensitive(text, ruling)) return undefined;
  if (!obliges || isTemplate) return sensitiveLeaf(text, { ruling, path, isTemplate });
  if (isAllowList(ruling)) return obligedLeaf(text, { ruling, path, outright });
  return takesAnyFile(governed) ? namedLeaf(text, path) : START;
}

/** Where a Kubernetes Secret holds a value of its own, whatever a policy says. @param path POSIX; its end tells the format. */
export async function filledSecretPlace(text: string, path: string): Promise<Sensitive> {
  if (!/\bSecret\b/.test(text)) return undefined;
  const isTemplate = /(?:^|\/)templates\//.test(path) && hasActions(text);
  const leaves = await openLeaves(text, path, isTemplate);
  const objectOf = innermostObject(leaves ?? []);
  return leaves?.find((leaf) => isOwnValue(leaf) && isSecretData(leaf, objectOf(leaf)));
}

/** Whether something stands there that is not taken from elsewhere. */
function isOwnValue(leaf: Leaf): boolean {
  return !staysClear(leaf.scalar) && leaf.scalar.type !== "bool" && !refers(leaf);
}

/** What sops refuses as well, comments and blanks only, and what is not even that: separators of documents. */
function hasNothingToSeal(text: string, path: string): boolean {
  if (formatOfPath(path) !== "yaml") return false;
  return !/^[ \t]*[^\s#]/m.test(text) || !/^(?!(?:---|\.\.\.)[ \t]*\r?$)[ \t]*\S/m.test(text);
}

/** Whether the rule names what is encrypted, instead of what is not. */
function isAllowList({ settings }: Ruling): boolean {
  return settings.selection?.kind.startsWith("encrypted_") === true;
}

/** A look at the text that spares most files the parser. */
function mayBeSensitive(text: string, ruling: Ruling): boolean {
  return isAllowList(ruling) || /\bSecret\b/.test(text);
}

/** In a file that is too long to be parsed, or that does not parse. */
const A_SECRET = /(?:^|[\r\n{,])[ \t"']*kind["']?[ \t]*:[ \t]*["']?Secret\b/;
const FILLED = /(?:^|[\r\n{,])[ \t"']*(?:stringData|data)["']?[ \t]*:/;

/** Under a rule that obliges: what it picks out by key, wherever it stands. */
async function obligedLeaf(
  text: string,
  { ruling, path, outright }: { ruling: Ruling; path: string; outright: boolean },
): Promise<Sensitive> {
  const leaves = await openLeaves(text, path, false);
  const wanted = wantedSettings(ruling);
  const [selects, names] = await Promise.all([usableSelection(wanted), pathSelection(wanted)]);
  if (leaves === undefined || selects === undefined) return START;
  const objectOf = innermostObject(leaves);
  return leaves.find((leaf) => {
    if (!selects(leaf)) return false;
    if (outright) return true;
    const object = objectOf(leaf);
    if (refers(leaf) || (object !== undefined && holdsNoSecrets(object))) return false;
    return (
      object === undefined ||
      names === undefined ||
      leaf.steps.some((key, depth) => typeof key === "string" && names([key]) && !isOtherData(key, depth, object))
    );
  });
}

/** In a directory where other files lie too: what its keys call a secret. What has no keys is one as a whole. */
async function namedLeaf(text: string, path: string): Promise<Sensitive> {
  // Builds read YAML and JSON; lines of settings are for who runs the program.
  if (!STRUCTURED.test(path)) return START;
  const leaves = await openLeaves(text, path, false);
  if (leaves === undefined) return START;
  const objectOf = innermostObject(leaves);
  return leaves.find((leaf) => isOwnValue(leaf) && (isNamedSecret(leaf) || isSecretData(leaf, objectOf(leaf))));
}

const STRUCTURED = /\.(?:ya?ml|json)$/;

/** The values that the rule leaves unencrypted; undefined where it encrypts one, or there is none, or nobody can tell. */
export async function unselectedValues(
  text: string | undefined,
  ruling: Ruling,
  path: string,
): Promise<readonly Leaf[] | undefined> {
  const leaves = text === undefined ? undefined : await openLeaves(text, path, false);
  const selects = await usableSelection(wantedSettings(ruling));
  const values = leaves?.filter(({ scalar }) => !staysClear(scalar)) ?? [];
  return selects === undefined || values.length === 0 || values.some(selects) ? undefined : values;
}

/** A value that its own key calls a secret, where the rule names what is encrypted and names nothing of the file. */
export async function unselectedSecret(
  text: string | undefined,
  ruling: Ruling,
  path: string,
): Promise<Leaf | undefined> {
  if (!isAllowList(ruling)) return undefined;
  const values = (await unselectedValues(text, ruling, path)) ?? [];
  const objectOf = innermostObject(values);
  return values.find((leaf) => isOwnValue(leaf) && isNamedSecret(leaf) && objectOf(leaf) === undefined);
}

/** Kubernetes Secrets with something in them, and what the rule picks out by key. */
async function sensitiveLeaf(
  text: string,
  { ruling, path, isTemplate }: { ruling: Ruling; path: string; isTemplate: boolean },
): Promise<Sensitive> {
  const leaves = await openLeaves(text, path, isTemplate);
  // What cannot be parsed here, others may read all the same.
  if (leaves === undefined) return A_SECRET.test(text) && FILLED.test(text) ? START : undefined;
  const objectOf = innermostObject(leaves);
  const wanted = isAllowList(ruling) && !isSchema(leaves) ? wantedSettings(ruling) : undefined;
  const [selects, names] = await Promise.all([wanted && usableSelection(wanted), wanted && pathSelection(wanted)]);
  return leaves.find((leaf) => {
    if (!isOwnValue(leaf)) return false;
    const object = objectOf(leaf);
    if (isSecretData(leaf, object)) return true;
    if (object !== undefined && object.kind !== "Secret") return false;
    if (names !== undefined) return isPickedOut(leaf, names, object !== undefined);
    return selects?.(leaf) ?? (isTemplate && object === undefined && !isAllowList(ruling) && isNamedSecret(leaf));
  });
}

/**
 * Whether a key names the value a secret. `data` and `stringData` do so inside a Secret, and as what a Secret without its kind
 * would have at the root; elsewhere they mean anything. What stands below `properties` describes a value.
 */
function isPickedOut({ path, steps }: Leaf, selects: SelectsPath, inSecret: boolean): boolean {
  if (inSecret) return selects(path);
  const isShapedLikeSecret = steps.length === 2 && path.length === 2;
  return path.some(
    (key, index) =>
      selects([key]) &&
      path[index - 1] !== "properties" &&
      (!isSecretField(key) || (index === 0 && isShapedLikeSecret)),
  );
}

/** A file that describes others: a JSON Schema, or an interface in OpenAPI. */
function isSchema(leaves: readonly Leaf[]): boolean {
  return leaves.some(({ steps: [key, second], scalar }) => {
    if (second !== undefined) return false;
    if (key === "$schema") return /\/\/json-schema\.org\//.test(textOfScalar(scalar) ?? "");
    return key === "openapi" || key === "swagger";
  });
}

/** Where nothing but its name, or that of what it stands in, tells a value that should be sealed from one that need not be. */
function isNamedSecret({ path }: Leaf): boolean {
  return path.some((key) =>
    /pass(?:word|wd|phrase)?s?$|secret|token|credential|(?:private|api|access)[_-]?key/i.test(key),
  );
}

function refers({ scalar }: Leaf): boolean {
  const text = textOfScalar(scalar) ?? "";
  return hadAction(text) || isReference(text);
}

/** What was asked for last: several rules want the same file, and in a history every former policy does. */
let last: { readonly text: string; readonly key: string; readonly leaves: ReturnType<typeof parsedLeaves> } | undefined;

/** The values; undefined where the text does not parse in the format of its name, not even without the actions of a template. */
export function openLeaves(text: string, path: string, isTemplate: boolean): ReturnType<typeof parsedLeaves> {
  const name = formatOfPath(path);
  if (name === undefined || text.length > MOST_PARSED) return Promise.resolve(undefined);
  const key = `${name} ${isTemplate}`;
  if (last?.text !== text || last.key !== key) last = { text, key, leaves: parsedLeaves(text, name, isTemplate) };
  return last.leaves;
}

async function parsedLeaves(text: string, name: FormatName, isTemplate: boolean): Promise<readonly Leaf[] | undefined> {
  const format = await loadFormat(name);
  const found = isTemplate ? undefined : (valuesIn(format, text) ?? listedValues(format, text));
  return found ?? (hasActions(text) ? valuesIn(format, withoutActions(text)) : undefined);
}

function valuesIn(format: Format, text: string): readonly Leaf[] | undefined {
  try {
    return format.parse(text, "open").leaves.filter(({ kind }) => kind === "value");
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

/** The values of a file that is a list, which sops does not take: patches are written so. */
function listedValues(format: Format, text: string): readonly Leaf[] | undefined {
  const [isYaml, start] = [format.name === "yaml", text.search(format.name === "yaml" ? /^- /m : /\S/)];
  if (start === -1 || (!isYaml && text[start] !== "[")) return undefined;
  const around: readonly [string, string] = isYaml ? ["list:\n", ""] : ['{"list":', "}"];
  const leaves = valuesIn(format, text.slice(0, start) + around[0] + text.slice(start) + around[1]);
  return leaves?.map((leaf) => ({
    ...leaf,
    line: isYaml ? leaf.line - 1 : leaf.line,
    path: leaf.path.slice(1),
    steps: leaf.steps.slice(1),
  }));
}
