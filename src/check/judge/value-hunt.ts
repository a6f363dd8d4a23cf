/**
 * Are the values of the secrets unencrypted elsewhere?
 *
 * The values stay in memory, and only where they were seen leaves it.
 */
import { join } from "node:path";
import type { Finding, SeenValue } from "../../findings/finding.ts";
import { placesInBytes } from "../../findings/reading/place.ts";
import {
  formsOf,
  isWorthSeeking,
  valueSearch,
  type Sought,
  type ValueForm,
} from "../../findings/reading/value-search.ts";
import { utf8Of } from "../../text/utf8.ts";
import type { Project } from "../../operations/project/project.ts";
import type { Ask } from "./ask.ts";
import type { SecretValue } from "../context/opened.ts";
import type { Scope } from "../scope/scope.ts";

interface Owner {
  readonly path: string;
  readonly key: string;
  readonly form: ValueForm;
}

export interface ValueHunt {
  readonly add: (path: string, values: readonly SecretValue[]) => void;
  /** Reads everything once more. */
  readonly findings: (ask: Ask) => Promise<Finding[]>;
}

export function createValueHunt(project: Project, scope: Scope): ValueHunt {
  const sought = new Map<string, Sought<Owner>>();
  return {
    add: (path, values) => {
      for (const { key, bytes } of values.filter(({ bytes }) => isWorthSeeking(bytes))) {
        for (const { form, bytes: written } of formsOf(bytes)) {
          const known = Buffer.from(written).toString("latin1");
          if (!sought.has(known)) sought.set(known, { bytes: written, owner: { path, key, form } });
        }
      }
    },
    findings: async (ask) => {
      const search = valueSearch([...sought.values()]);
      const found: Finding[] = [];
      await scope.read({
        frame: async () => undefined,
        version: async ({ path, bytes, tracked }) => {
          const text = utf8Of(bytes);
          const placeAt = placesInBytes(text);
          const told = new Map<string, SeenValue>();
          for (const { owner, offset } of tracked ? search(text) : []) {
            const id = JSON.stringify([owner.path, owner.key]);
            if (owner.path === path || told.has(id)) continue;
            const secretFile = project.show(join(scope.root, owner.path));
            told.set(id, { secretFile, key: owner.key, form: owner.form, ...placeAt(offset) });
          }
          if (told.size > 0) found.push(...(await ask("values", [...told.values()], { path })));
        },
        former: async () => undefined,
        unchecked: () => undefined,
      });
      return found;
    },
  };
}
