/**
 * Which Kubernetes object holds this leaf?
 *
 * A mapping with `apiVersion` and `kind` is one, wherever it stands: as a document, in the items of a List, in the values of a
 * chart. The innermost decides, so that a Secret is one inside of any other.
 */
import type { Leaf } from "../../formats/format.ts";
import { textOfScalar } from "../../formats/scalar.ts";

export interface KubernetesObject {
  readonly kind: string;
  /** How many steps lead to it. */
  readonly depth: number;
}

/** Kinds that point to secrets, hold them sealed or describe them, under keys that a Secret has too; and the one that is unencrypted by design. */
const NO_SECRETS_INSIDE = new Set([
  "ClusterExternalSecret",
  "ConfigMap",
  "CustomResourceDefinition",
  "ExternalSecret",
  "PushSecret",
  "SealedSecret",
  "SecretProviderClass",
]);

/** Whether what stands in an object of this kind is not a secret, whatever its keys are called. */
export function holdsNoSecrets({ kind }: KubernetesObject): boolean {
  return NO_SECRETS_INSIDE.has(kind);
}

/** Answers for the leaves of one file. */
export function innermostObject(leaves: readonly Leaf[]): (leaf: Leaf) => KubernetesObject | undefined {
  const named = new Set(leaves.filter(endsIn("apiVersion")).map(({ document, steps }) => idOf(document, steps, -1)));
  const kinds = new Map<string, string>();
  for (const { document, steps, scalar } of leaves.filter(endsIn("kind"))) {
    const id = idOf(document, steps, -1);
    if (named.has(id)) kinds.set(id, textOfScalar(scalar) ?? "");
  }
  return ({ document, steps }) => {
    if (kinds.size === 0) return undefined;
    for (let depth = steps.length - 1; depth >= 0; depth--) {
      const kind = kinds.get(idOf(document, steps, depth));
      if (kind !== undefined) return { kind, depth };
    }
    return undefined;
  };
}

/**
 * Whether a key there is called as the field of a Secret by chance: charts and resources have `data` for volumes, sources and
 * schemas. As a field of its own, and below an object that has Secret in its kind, it means what it means in a Secret.
 */
export function isOtherData(key: string, depth: number, object: KubernetesObject): boolean {
  return key === "data" && depth !== object.depth && !object.kind.includes("Secret");
}

/** Whether it is what a Secret keeps: a value below its `data` or `stringData`. */
export function isSecretData({ steps }: Leaf, object: KubernetesObject | undefined): boolean {
  return object?.kind === "Secret" && isSecretField(steps[object.depth]);
}

/** Whether a Secret has its values under this key. */
export function isSecretField(step: unknown): boolean {
  return step === "data" || step === "stringData";
}

function endsIn(key: string): (leaf: Leaf) => boolean {
  return ({ steps }) => steps.at(-1) === key;
}

function idOf(document: number, steps: Leaf["steps"], end: number): string {
  return `${document} ${JSON.stringify(steps.slice(0, end))}`;
}
