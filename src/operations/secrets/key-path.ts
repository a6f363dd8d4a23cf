/**
 * Which entry of a document does KEY mean?
 *
 * `["a"]["b"][0]` as in sops (sops.md 8.3) where it begins with a bracket, else `a/b/0` as in sops-nix, with `~1` for a slash and
 * `~0` for a tilde inside a name, as in JSON Pointer. A position in a list is a number; in a mapping a number is a name, which
 * only the document can tell, so that `resolveSteps` decides it.
 */
import { SecretsError } from "../../errors.ts";
import type { Leaf, Step } from "../../formats/format.ts";

/** @throws SecretsError `usage` without quoting the key */
export function stepsOf(key: string): readonly Step[] {
  const steps = key.startsWith("[") ? bracketSteps(key) : slashSteps(key);
  if (steps.length === 0 || steps.includes("")) throw badKey();
  return steps;
}

function bracketSteps(key: string): Step[] {
  const steps: Step[] = [];
  let rest = key;
  while (rest !== "") {
    const [whole, double, single, position] = /^\[(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\d+))\]/.exec(rest) ?? [];
    if (whole === undefined) throw badKey();
    rest = rest.slice(whole.length);
    if (position !== undefined) steps.push(Number(position));
    else steps.push(single ?? (double ?? "").replaceAll(/\\(["\\])/g, "$1"));
  }
  return steps;
}

function slashSteps(key: string): Step[] {
  return key
    .replace(/^\//, "")
    .split("/")
    .map((part) => {
      if (/^(0|[1-9]\d*)$/.test(part)) return Number(part);
      return part.replaceAll("~1", "/").replaceAll("~0", "~");
    });
}

function badKey(): SecretsError {
  return new SecretsError("usage", "malformed key", { hint: `write it as a/b/0 or as '["a"]["b"][0]'` });
}

/** Numbers that are names here: a step stays a position only where the document has a list. */
export function resolveSteps(steps: readonly Step[], leaves: readonly Leaf[]): readonly Step[] {
  return steps.map((step, depth) => {
    if (typeof step !== "number") return step;
    const before = steps.slice(0, depth);
    const inMapping = leaves.some(
      (leaf) =>
        leaf.kind === "value" &&
        typeof leaf.steps[depth] === "string" &&
        before.every((name, at) => String(leaf.steps[at]) === String(name)),
    );
    return inMapping ? String(step) : step;
  });
}

/** A key that is not there is a matter of the command line, unlike a file that is not there. */
export function missingKey(error: unknown): unknown {
  if (!(error instanceof SecretsError) || error.code !== "not-found") return error;
  return error.with({ code: "usage" });
}
