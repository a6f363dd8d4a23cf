/**
 * Do the values of the secrets stand in clear elsewhere?
 *
 * The values stay in memory, and only where they were seen leaves it.
 */
import { join } from "node:path";
import type { Finding } from "../../findings/finding.ts";
import { placeInBytes } from "../../findings/place.ts";
import { sec016 } from "../../findings/sec016-values.ts";
import { isWorthSeeking, valueSearch, type Sought } from "../../findings/value-search.ts";
import type { Project } from "../project.ts";
import type { Inspector } from "./inspector.ts";
import type { SecretValue } from "./opened.ts";
import type { Scope } from "./scope.ts";

interface Owner {
  readonly path: string;
  readonly key: string;
}

export interface ValueHunt {
  readonly add: (path: string, values: readonly SecretValue[]) => void;
  /** Reads everything once more. */
  readonly findings: (finding: Inspector["finding"]) => Promise<Finding[]>;
}

export function createValueHunt(project: Project, scope: Scope): ValueHunt {
  const sought = new Map<string, Sought<Owner>>();
  return {
    add: (path, values) => {
      for (const { key, bytes } of values.filter(({ bytes }) => isWorthSeeking(bytes))) {
        const known = Buffer.from(bytes).toString("latin1");
        if (!sought.has(known)) sought.set(known, { bytes, owner: { path, key } });
      }
    },
    findings: async (finding) => {
      const search = valueSearch([...sought.values()]);
      const found: Finding[] = [];
      await scope.read({
        frame: async () => undefined,
        version: async ({ path, bytes, tracked }) => {
          const seen = (tracked ? search(bytes) : []).filter(({ owner }) => owner.path !== path);
          if (seen.length === 0) return;
          const told = seen.map(({ owner, offset }) => {
            const { line, column } = placeInBytes(bytes, offset);
            return { secretFile: project.show(join(scope.root, owner.path)), key: owner.key, line, column };
          });
          for (const draft of sec016.inspect(told)) found.push(finding(sec016.id, draft, { path }));
        },
        unchecked: () => undefined,
      });
      return found;
    },
  };
}
