/** How much of a long series is tried? All of it where properties run long, as in CI; else every so many, which still are all of its kinds. */

export const IS_WHOLE = Number(process.env["SECRETS_PROPERTY_RUNS"] ?? 0) >= 1000;

/** Every `stride`th of them, beginning with another one at each `turn`. */
export function sampled<T>(items: readonly T[], stride: number, turn = 0): readonly T[] {
  return IS_WHOLE ? items : items.filter((_, index) => index % stride === turn % stride);
}
