/**
 * Would this plaintext lose a secret if git published it?
 *
 * What decides where a rule is broad, and where a rule encrypts some keys only: a file in which it would encrypt nothing is in
 * order as it is.
 */
import { compileSelection, type SelectionSettings } from "../documents/sops-selection.ts";
import { SecretsError } from "../errors.ts";
import type { Leaf } from "../formats/format.ts";
import { formatOfPath, loadFormat } from "../formats/index.ts";
import { staysClear, textOfScalar } from "../formats/scalar.ts";
import type { Ruling, Selection } from "../policy/policy.ts";
import type { Governed } from "./finding.ts";

/** The place of the first value that should be encrypted, or that there is none. */
export type Sensitive = { readonly line: number; readonly column: number } | undefined;

/** The settings by which the policy would seal this path, as the documents know them. */
export function wantedSettings({ settings }: Ruling): SelectionSettings {
  const { selection, macOnlyEncrypted } = settings;
  return { rule: asRule(selection), macOnlyEncrypted: macOnlyEncrypted ?? false };
}

function asRule(selection: Selection | undefined): SelectionSettings["rule"] {
  return selection === undefined ? undefined : { name: selection.kind, value: selection.value };
}

/** Where this plaintext under this rule goes against the policy; undefined where it does not. */
export async function sensitivePlace(text: string | undefined, governed: Governed, path: string): Promise<Sensitive> {
  const { enforcement, ruling } = governed;
  if (enforcement === "never") return undefined;
  const start = { line: 1, column: 1 };
  if (enforcement === "when-sensitive") {
    return text === undefined || !mayBeSensitive(text, ruling) ? undefined : sensitiveLeaf(text, ruling, path);
  }
  if (text === undefined || !isAllowList(ruling)) return start;
  const leaves = await openLeaves(text, path);
  if (leaves === undefined) return start;
  const sealed = await leavesToSeal(leaves, ruling);
  const counted = ruling.settings.enforce === "always" ? sealed : sealed?.filter(ofNoOtherKind(leaves));
  return counted === undefined ? start : counted[0];
}

/** Whether the rule names what is encrypted, instead of what is not. */
function isAllowList({ settings }: Ruling): boolean {
  return settings.selection?.kind === "encrypted_regex" || settings.selection?.kind === "encrypted_suffix";
}

/** A look at the text that spares most files the parser. */
function mayBeSensitive(text: string, ruling: Ruling): boolean {
  return isAllowList(ruling) || /\bSecret\b/.test(text);
}

/** Kubernetes Secrets with something in them, and what the rule picks out by key. */
async function sensitiveLeaf(text: string, ruling: Ruling, path: string): Promise<Sensitive> {
  const leaves = await openLeaves(text, path);
  if (leaves === undefined) return undefined;
  const filled = leaves.find((leaf) => isSecretData(leaf, leaves));
  if (filled !== undefined || !isAllowList(ruling)) return filled;
  return (await leavesToSeal(leaves, ruling))?.filter(ofNoOtherKind(leaves))[0];
}

async function openLeaves(text: string, path: string): Promise<readonly Leaf[] | undefined> {
  const name = formatOfPath(path);
  if (name === undefined) return undefined;
  try {
    return (await loadFormat(name)).parse(text, "open").leaves.filter(({ kind }) => kind === "value");
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

/** Undefined where the rule cannot be applied value by value. */
async function leavesToSeal(leaves: readonly Leaf[], ruling: Ruling): Promise<readonly Leaf[] | undefined> {
  try {
    const selects = await compileSelection(wantedSettings(ruling));
    return leaves.filter(({ path, scalar }) => !staysClear(scalar) && selects(path));
  } catch (error) {
    if (error instanceof SecretsError) return undefined;
    throw error;
  }
}

/** Leaves of no Kubernetes object but a Secret: a ConfigMap has `data` too. */
function ofNoOtherKind(leaves: readonly Leaf[]): (leaf: Leaf) => boolean {
  const others = objectsOfKind(leaves, (kind) => kind !== "Secret");
  return (leaf) => !others.some((object) => isInside(leaf, object));
}

function isSecretData(leaf: Leaf, leaves: readonly Leaf[]): boolean {
  if (staysClear(leaf.scalar)) return false;
  return objectsOfKind(leaves, (kind) => kind === "Secret").some((object) => {
    const field = leaf.steps[object.depth];
    return isInside(leaf, object) && (field === "data" || field === "stringData");
  });
}

/** The mapping that a `kind` beside an `apiVersion` stands in. */
interface KubernetesObject {
  readonly document: number;
  readonly steps: Leaf["steps"];
  readonly depth: number;
}

function objectsOfKind(leaves: readonly Leaf[], wanted: (kind: string) => boolean): KubernetesObject[] {
  return leaves
    .filter(({ steps, scalar }) => steps.at(-1) === "kind" && wanted(textOfScalar(scalar) ?? ""))
    .map(({ steps, document }) => ({ document, steps: steps.slice(0, -1), depth: steps.length - 1 }))
    .filter((object) =>
      leaves.some(({ steps, document }) => {
        const here = document === object.document && steps.length === object.depth + 1;
        return here && steps.at(-1) === "apiVersion" && startsWith(steps, object.steps);
      }),
    );
}

function isInside({ document, steps }: Leaf, object: KubernetesObject): boolean {
  return document === object.document && startsWith(steps, object.steps);
}

function startsWith(steps: Leaf["steps"], start: Leaf["steps"]): boolean {
  return start.every((step, index) => steps[index] === step);
}
