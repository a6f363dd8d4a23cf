/**
 * Does this glob cover this path?
 *
 * For `.secrets-check.yaml`. All ways through the glob are followed at once, one step per character: no glob, whoever wrote
 * it, makes it go back.
 */

/** What one place of the glob takes. */
type Step = "*" | "**" | "**/" | "?" | { readonly letter: string };

/** `*` and `?` stay inside a directory, `**` does not; a directory covers what is below it. */
export function globTest(glob: string): (path: string) => boolean {
  const steps = stepsOf(glob.replace(/^\.?\//, "").replace(/\/$/, "/**"));
  return (path) => {
    let at = entered(steps, [0]);
    for (let index = 0; index < path.length && at.size > 0; index += 1) at = taken(steps, at, path[index] ?? "");
    return at.has(steps.length);
  };
}

function stepsOf(glob: string): Step[] {
  return (glob.match(/\*\*\/|\*\*|[^]/g) ?? []).map((part) =>
    part === "*" || part === "**" || part === "**/" || part === "?" ? part : { letter: part },
  );
}

/** These places, and those behind them that take nothing. */
function entered(steps: readonly Step[], places: readonly number[]): Set<number> {
  const found = new Set<number>();
  for (let place of places) {
    while (!found.has(place)) {
      found.add(place);
      const step = steps[place];
      if (step !== "*" && step !== "**" && step !== "**/") break;
      place += 1;
    }
  }
  return found;
}

/** Where one goes from these places with this letter. */
function taken(steps: readonly Step[], places: ReadonlySet<number>, letter: string): Set<number> {
  const stay: number[] = [];
  const next: number[] = [];
  for (const place of places) {
    const step = steps[place];
    if (step === undefined) continue;
    if (typeof step === "object") {
      if (step.letter === letter) next.push(place + 1);
    } else if (step === "**/") {
      // Inside of its directories: out only behind a slash.
      stay.push(place);
      if (letter === "/") next.push(place + 1);
    } else if (step === "**") next.push(place);
    else if (letter !== "/") next.push(step === "*" ? place : place + 1);
  }
  const found = entered(steps, next);
  for (const place of stay) found.add(place);
  return found;
}
