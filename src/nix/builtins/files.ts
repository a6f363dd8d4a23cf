/**
 * What can be asked of the world: files, directories, variables?
 */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { toText } from "../coerce.ts";
import { evaluate, type Scope } from "../evaluate.ts";
import { ask, type Machine } from "../machine.ts";
import { canonical } from "../paths.ts";
import { NixError } from "../source.ts";
import { parse } from "../syntax/parse.ts";
import { force, is, lazy, setValue, type Lazy, type Value } from "../value.ts";
import { attributesIn, fn1, fn2, textIn, type Builtin } from "./builtin.ts";

/** A path, or a string that begins with a slash. */
function pathIn(value: Lazy, machine: Machine): string {
  const path = toText(machine, force(value), "path");
  if (!path.startsWith("/")) throw new NixError(`'${path}' is not an absolute path`);
  return canonical(path);
}

/** @param globals what a file sees */
export function files(globals: (machine: Machine) => ReadonlyMap<string, Lazy>): Readonly<Record<string, Builtin>> {
  const importing = (machine: Machine, path: string): Value => {
    const file = ask(machine, "type", path) === "directory" ? `${path}/default.nix` : path;
    const known = machine.imports.get(file);
    if (known !== undefined) return force(known);
    const loaded = lazy(() => evaluateFile(machine, file, { machine, names: globals(machine), ...OUTERMOST }));
    machine.imports.set(file, loaded);
    return force(loaded);
  };
  return {
    baseNameOf: fn1((path, machine) => posix.basename(toText(machine, force(path), "path"))),
    dirOf: fn1((path, machine) => {
      const value = force(path);
      if (is("path", value)) return { type: "path", path: posix.dirname(value.path) };
      return posix.dirname(toText(machine, value, "string"));
    }),
    getEnv: fn1((name, machine) => machine.environment(textIn(name)) ?? ""),
    hashFile: fn2((kind, path, machine) =>
      createHash(textIn(kind))
        .update(ask(machine, "read", pathIn(path, machine)))
        .digest("hex"),
    ),
    import: fn1((path, machine) => importing(machine, pathIn(path, machine))),
    pathExists: fn1((path, machine) => ask(machine, "type", pathIn(path, machine)) !== undefined),
    readDir: fn1((path, machine) => setValue(Object.fromEntries(ask(machine, "list", pathIn(path, machine))))),
    readFile: fn1((path, machine) => ask(machine, "read", pathIn(path, machine))),
    readFileType: fn1((path, machine) => {
      const at = pathIn(path, machine);
      const type = ask(machine, "type", at);
      if (type === undefined) throw new NixError(`path '${at}' does not exist`);
      return type;
    }),
    scopedImport: fn2((names, path, machine) => {
      const own = new Map([...globals(machine), ...attributesIn(names)]);
      return evaluateFile(machine, pathIn(path, machine), { machine, names: own, ...OUTERMOST });
    }),
    toPath: fn1((path, machine) => pathIn(path, machine)),
  };
}

export const OUTERMOST = { offered: undefined, around: undefined } as const;

function evaluateFile(machine: Machine, path: string, scope: Scope): Value {
  return evaluate(parse(machine.sourceOf(path, ask(machine, "read", path))), scope);
}
