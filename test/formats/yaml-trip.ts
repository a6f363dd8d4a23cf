/**
 * What comes back when a YAML text is sealed and opened again, with stand-ins for ciphertexts?
 */
import type { Leaf, Scalar, Tree, Selects } from "../../src/formats/format.ts";
import { staysClear } from "../../src/formats/scalar.ts";
import { yaml } from "../../src/formats/yaml.ts";

/** An ENC text that says what it holds: path, type and bytes. */
function standIn({ path, scalar }: Pick<Leaf, "path" | "scalar">): string {
  const data = JSON.stringify([path, scalar.type, Buffer.from(scalar.bytes).toString("base64")]);
  return `ENC[AES256_GCM,data:${Buffer.from(data).toString("base64")},iv:AAAA,tag:AAAA,type:${scalar.type}]`;
}

/** What a stand-in holds, or undefined for any other text. */
function heldBy(text: string): { path: readonly string[]; scalar: Scalar } | undefined {
  const data = /^ENC\[AES256_GCM,data:([^,]*),/.exec(text)?.[1];
  if (data === undefined) return undefined;
  const parts: unknown = JSON.parse(Buffer.from(data, "base64").toString());
  if (!Array.isArray(parts)) return undefined;
  const [path, type, bytes] = parts;
  return { path, scalar: { type, bytes: Buffer.from(String(bytes), "base64") } };
}

export const METADATA: ReadonlyMap<string, Tree> = new Map<string, Tree>([
  [
    "age",
    [
      new Map([
        ["enc", "-----BEGIN X-----\nabc\n-----END X-----\n"],
        ["recipient", "age1xyz"],
      ]),
    ],
  ],
  ["lastmodified", "2026-01-01T00:00:00Z"],
  ["mac", "ENC[AES256_GCM,data:aa==,iv:aa==,tag:aa==,type:str]"],
  ["version", "3.13.2"],
]);

/** The text with everything that `selects` wants sealed by stand-ins, and the metadata. */
export function sealed(text: string, selects: Selects = () => true): { text: string; expanded: string } {
  const wanted: Selects = (leaf) => !staysClear(leaf.scalar) && selects(leaf);
  const expanded = yaml.expandAliases?.(text, wanted).text ?? text;
  const parsed = yaml.parse(expanded, "open", wanted);
  const replacements = parsed.leaves
    .filter((leaf) => !leaf.copy && wanted(leaf))
    .map((leaf) => ({ leaf, source: leaf.seal(standIn(leaf)) }));
  return { text: yaml.print(parsed, replacements, METADATA), expanded };
}

/** The text with every stand-in opened, without metadata. */
export function opened(text: string): string {
  const parsed = yaml.parse(text, "sealed");
  const replacements = parsed.leaves.flatMap((leaf) => {
    const held = heldBy(Buffer.from(leaf.scalar.bytes).toString());
    return held === undefined ? [] : [{ leaf, source: leaf.open(held.scalar) }];
  });
  return yaml.print(parsed, replacements, undefined);
}

/** What a text says on its open side: paths, types and values, and comments with their paths. */
export function said(text: string): readonly string[] {
  return yaml
    .parse(text, "open")
    .leaves.map(({ kind, document, path, steps, scalar }) =>
      JSON.stringify([kind, document, path, steps, typeOf(scalar), Buffer.from(scalar.bytes).toString("base64")]),
    );
}

/** Of numbers only the bytes are told: a whole float is opened without a point, as sops does. */
function typeOf({ type }: Scalar): string {
  return type === "int" || type === "float" ? "number" : type;
}

/** Sealed leaves whose stand-in holds another path than the one that they are read with. */
export function misplaced(text: string): readonly string[] {
  return yaml.parse(text, "sealed").leaves.flatMap(({ path, scalar }) => {
    const held = heldBy(Buffer.from(scalar.bytes).toString());
    return held === undefined || JSON.stringify(held.path) === JSON.stringify(path)
      ? []
      : [JSON.stringify([held.path, path])];
  });
}
