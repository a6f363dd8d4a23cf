/**
 * Which values would a write leave unencrypted that somebody means to be encrypted?
 *
 * A key with a slip in it is not selected, so that its value is stored as it is. What stood there unencrypted before may change
 * freely; what is new there is looked at: whether it was encrypted until now, whether its key is nearly one that is selected, and
 * whether it looks like a secret.
 */
import type { OpenedLeaf } from "../../documents/sops/document.ts";
import {
  DEFAULT_RULE,
  pathSelection,
  type SelectionSettings,
  type SelectsPath,
} from "../../documents/sops/selection.ts";
import type { Leaf, Step } from "../../formats/format.ts";
import { stepsText } from "../../formats/place.ts";
import { sameScalar, staysClear, textOfScalar } from "../../formats/scalar.ts";
import { nearest } from "../../words/did-you-mean.ts";
import { innermostObject, isSecretData, type KubernetesObject } from "./kubernetes.ts";
import { findPrivateKeys } from "../private-keys/find.ts";
import { isReference } from "./references.ts";

export interface Written {
  /** The leaves of the document before, opened; undefined for a new one. */
  readonly before: readonly OpenedLeaf[] | undefined;
  /** Those that it will have. */
  readonly after: readonly OpenedLeaf[];
  /** By which it will be encrypted. */
  readonly settings: SelectionSettings;
  /** Whether somebody gave one value by its key, and not a whole text. */
  readonly isOneValue: boolean;
}

export interface Slip {
  /** As people type it. */
  readonly key: string;
  /** What makes a slip of it. `nothing`: no value at all would be encrypted. `new`: only that it is new. */
  readonly why: "given" | "encrypted before" | "near" | "sensitive" | "nothing" | "new";
  /** The key that was probably meant. */
  readonly meant: string | undefined;
}

/** In the order of the document; those for which nothing speaks but that they are new among them. */
export async function slipsIn(written: Written): Promise<Slip[]> {
  const { before, after, settings } = written;
  const stoodClear = new Set((before ?? []).filter(isClear).map(placeOf));
  const values = new Set((before ?? []).filter(isClear).map(valueOf));
  const changed = after.filter(
    (each) => isClear(each) && !(stoodClear.has(placeOf(each)) && values.has(valueOf(each))),
  );
  if (changed.length === 0) return [];
  const selects = await pathSelection(settings);
  const judge: Judge = {
    ...written,
    fresh: new Set(changed.filter((each) => !stoodClear.has(placeOf(each)))),
    gone: byLastStep(goneFrom(written)),
    encryptsNothing: before === undefined && !after.some(isSealedValue),
    sealedValues: new Set((before ?? []).filter(isSealedValue).map(valueOf)),
    clearValues: values,
    objectOf: innermostObject(after.map(({ leaf, scalar }) => ({ ...leaf, scalar }))),
    meantBy: selects === undefined ? () => undefined : selectedNames(leavesOf(written), settings, selects),
  };
  const slips: Slip[] = [];
  for (const each of changed) {
    const why = await reasonFor(judge, each);
    if (why !== undefined) slips.push({ key: stepsText(each.leaf.steps), why, meant: judge.meantBy(each.leaf.steps) });
  }
  return slips;
}

/** The leaves of both versions. */
export function leavesOf({ before, after }: Written): Leaf[] {
  return [...(before ?? []), ...after].map(({ leaf }) => leaf);
}

/** The keys of the document, or in the rule's expression, that it selects. */
export function selectedKeys(leaves: readonly Leaf[], settings: SelectionSettings, selects: SelectsPath): string[] {
  const standing = leaves.flatMap(({ path }) => path);
  const { name, value } = settings.rule ?? DEFAULT_RULE;
  const words = name === "encrypted_regex" ? value.match(/[A-Za-z][\w-]*/g) : undefined;
  return [...new Set([...standing, ...(words ?? [])])].filter((key) => selects([key]));
}

interface Judge extends Written {
  /** Where nothing stood unencrypted before. */
  readonly fresh: ReadonlySet<OpenedLeaf>;
  /** Encrypted before, and not there, or not encrypted there, any more: by the last step. */
  readonly gone: ReadonlyMap<Step | undefined, readonly OpenedLeaf[]>;
  /** A new document without an encrypted value. */
  readonly encryptsNothing: boolean;
  readonly sealedValues: ReadonlySet<string>;
  readonly clearValues: ReadonlySet<string>;
  readonly objectOf: (leaf: Leaf) => KubernetesObject | undefined;
  readonly meantBy: (steps: readonly Step[]) => string | undefined;
}

async function reasonFor(judge: Judge, each: OpenedLeaf): Promise<Slip["why"] | undefined> {
  if (wasEncrypted(judge, each)) return "encrypted before";
  if (!judge.fresh.has(each)) return undefined;
  // Whoever ends a key in the suffix has said what it means.
  const isSaid = (judge.settings.rule ?? DEFAULT_RULE).name === "unencrypted_suffix";
  if (judge.isOneValue) return isSaid || each.scalar.type === "bool" ? "new" : "given";
  if (judge.encryptsNothing) return "nothing";
  if (judge.meantBy(each.leaf.steps) !== undefined) return "near";
  return !isSaid && (await isSensitive(judge, each)) ? "sensitive" : "new";
}

function wasEncrypted({ sealedValues, clearValues, fresh, gone }: Judge, each: OpenedLeaf): boolean {
  const value = valueOf(each);
  // A shorter text may be in two places by chance.
  const isLong = each.scalar.type === "str" && each.scalar.bytes.length >= 6;
  if (isLong && sealedValues.has(value) && !clearValues.has(value)) return true;
  return fresh.has(each) && (gone.get(lastOf(each)) ?? []).some((old) => isMoved(old, each));
}

function isClear({ state, leaf, scalar }: OpenedLeaf): boolean {
  return leaf.kind === "value" && state === "clear" && !leaf.copy && !staysClear(scalar);
}

/** Positions in lists do not count: another element of a list is no other key. */
function placeOf({ leaf }: OpenedLeaf): string {
  return JSON.stringify(leaf.path);
}

function valueOf({ scalar }: OpenedLeaf): string {
  return `${scalar.type} ${Buffer.from(scalar.bytes).toString("latin1")}`;
}

function isSealedValue({ state, leaf }: OpenedLeaf): boolean {
  return state === "sealed" && leaf.kind === "value";
}

function lastOf({ leaf }: OpenedLeaf): Step | undefined {
  return leaf.steps.at(-1);
}

function goneFrom({ before, after }: Written): OpenedLeaf[] {
  const idOf = ({ leaf }: OpenedLeaf) => `${leaf.document} ${JSON.stringify(leaf.steps)}`;
  const sealed = new Set(after.filter(({ state }) => state === "sealed").map(idOf));
  return (before ?? []).filter((each) => isSealedValue(each) && !sealed.has(idOf(each)));
}

function byLastStep(leaves: readonly OpenedLeaf[]): ReadonlyMap<Step | undefined, readonly OpenedLeaf[]> {
  const found = new Map<Step | undefined, OpenedLeaf[]>();
  for (const each of leaves) {
    const known = found.get(lastOf(each));
    if (known === undefined) found.set(lastOf(each), [each]);
    else known.push(each);
  }
  return found;
}

/** Under the same last key: the same value somewhere else, or another one below a key that was renamed. */
function isMoved(old: OpenedLeaf, now: OpenedLeaf): boolean {
  if (sameScalar(old.scalar, now.scalar) && old.scalar.type !== "bool") return true;
  const [from, to] = [old.leaf.steps, now.leaf.steps];
  return from.length === to.length && from.filter((step, index) => step !== to[index]).length <= 1;
}

async function isSensitive({ objectOf, settings }: Judge, { leaf, scalar }: OpenedLeaf): Promise<boolean> {
  const text = scalar.type === "str" ? textOfScalar(scalar) : undefined;
  if (text === undefined || isReference(text)) return false;
  if ((await findPrivateKeys(scalar.bytes)).some(({ stub }) => !stub)) return true;
  const name = settings.rule?.name;
  if (name !== "encrypted_regex" && name !== "encrypted_suffix") return false;
  const object = objectOf(leaf);
  if (object !== undefined) return isSecretData(leaf, object);
  return NAMED_SECRET.test(String(leaf.path.at(-1))) && !LEADS_ELSEWHERE.test(text);
}

/** How people call what they want to hide. */
const NAMED_SECRET = /^(?!existing).*(?:pass(?:word|wd|phrase)|secret|token|(?:private|api|access|secret)[_-]?key)$/i;
/** A path or an address, and no secret. */
const LEADS_ELSEWHERE = /^(?:\.{0,2}\/|~\/|[a-z][a-z0-9+.-]*:\/\/[^@]*$)/i;

/** For a rule that names what is encrypted: the key that would be selected with one step of it spelled right. */
export function selectedNames(
  leaves: readonly Leaf[],
  settings: SelectionSettings,
  selects: SelectsPath,
): (steps: readonly Step[]) => string | undefined {
  const { name, value } = settings.rule ?? DEFAULT_RULE;
  if (name === "encrypted_suffix") return (steps) => withSuffix(steps, value);
  if (name !== "encrypted_regex") return () => undefined;
  const names = selectedKeys(leaves, settings, selects);
  const depths = depthsOf(leaves, selects);
  return (steps) => {
    for (const [depth, step] of steps.entries()) {
      if (typeof step !== "string" || (depths.size > 0 && !depths.has(depth))) continue;
      const bare = (text: string) => text.toLowerCase().replaceAll(/[_.-]/g, "");
      const found = names.find((each) => bare(each) === bare(step)) ?? nearest(step, names);
      if (found !== undefined) return stepsText(steps.with(depth, found));
    }
    return undefined;
  };
}

/** How deep the keys stand that are selected, where any does. */
function depthsOf(leaves: readonly Leaf[], selects: SelectsPath): ReadonlySet<number> {
  return new Set(
    leaves.flatMap(({ steps }) =>
      steps.flatMap((step, depth) => (typeof step === "string" && selects([step]) ? [depth] : [])),
    ),
  );
}

function withSuffix(steps: readonly Step[], suffix: string): string | undefined {
  const last = String(steps.at(-1));
  const end = last.slice(-suffix.length);
  if (suffix.length < 3 || nearest(end, [suffix]) === undefined) return undefined;
  return stepsText([...steps.slice(0, -1), last.slice(0, last.length - end.length) + suffix]);
}
