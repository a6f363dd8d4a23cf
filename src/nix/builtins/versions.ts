/**
 * Which of two versions is newer?
 *
 * As `nix-env` compares them. (nix/src/libstore/names.cc)
 */

/** `1.2pre3` has the parts 1, 2, pre, 3. */
export function versionParts(version: string): string[] {
  return version.match(/[0-9]+|[^0-9.-]+/g) ?? [];
}

export function compareVersions(left: string, right: string): -1 | 0 | 1 {
  const [a, b] = [versionParts(left), versionParts(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one = "", other = ""] = [a[index], b[index]];
    if (partLess(one, other)) return -1;
    if (partLess(other, one)) return 1;
  }
  return 0;
}

function partLess(left: string, right: string): boolean {
  const [a, b] = [numberIn(left), numberIn(right)];
  if (a !== undefined && b !== undefined) return a < b;
  if (left === "" && b !== undefined) return true;
  if (left === "pre" && right !== "pre") return true;
  if (right === "pre") return false;
  if (b !== undefined) return true;
  if (a !== undefined) return false;
  return left < right;
}

function numberIn(part: string): bigint | undefined {
  return /^[0-9]+$/.test(part) ? BigInt(part) : undefined;
}

/** The version begins at the first dash that no letter follows. */
export function derivationName(full: string): { readonly name: string; readonly version: string } {
  const dash = /-(?![a-zA-Z])/.exec(full)?.index ?? full.length;
  return { name: full.slice(0, dash), version: full.slice(dash + 1) };
}
