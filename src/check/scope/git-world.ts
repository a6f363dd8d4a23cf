/**
 * What may a policy read that is an expression of Nix, where git holds it?
 *
 * The files of the same moment. Everything is listed once, and only where such a policy asks for another file.
 */
import { SecretsError } from "../../errors.ts";
import { readBlobs } from "../../git/blobs.ts";
import type { Git } from "../../git/git.ts";
import type { Entry } from "../../git/listing.ts";
import type { NixWorld } from "../../nix/nix.ts";
import { nixText, outside } from "../../operations/project/nix-world.ts";
import type { Project } from "../../operations/project/project.ts";
import { remembered } from "../../words/remembered.ts";
import { isOutside, posixPath } from "./inside.ts";

interface Moment {
  readonly git: Git;
  /** Every file of it. */
  readonly all: () => Promise<readonly Entry[]>;
  /** How a file of it is called in messages. @param path POSIX, relative to the root */
  readonly show: (path: string) => string;
}

export function gitWorld({ host }: Project, { git, all, show }: Moment): NixWorld {
  const shown = (path: string) => show(posixPath(git.root, path));
  const entries = remembered(async () => new Map((await all()).map((entry) => [entry.path, entry])));
  const at = async (path: string) => {
    const inside = posixPath(git.root, path);
    if (isOutside(inside)) throw outside(shown(path));
    return { inside, entries: await entries() };
  };
  /** The files below a directory, by their paths from there. */
  const below = async (path: string) => {
    const { inside, entries: found } = await at(path);
    const prefix = inside === "" ? "" : `${inside}/`;
    return [...found.values()].flatMap((entry) =>
      entry.path.startsWith(prefix) ? [{ ...entry, path: entry.path.slice(prefix.length) }] : [],
    );
  };
  const itself = async (path: string) => {
    const { inside, entries: found } = await at(path);
    return found.get(inside);
  };
  const type = ({ kind }: Entry) => (kind === "file" ? "regular" : kind === "link" ? "symlink" : "directory");
  return {
    read: async (path) => {
      const entry = await itself(path);
      if (entry?.kind !== "file") throw new SecretsError("policy", `git has no file ${shown(path)}`);
      let text = "";
      await readBlobs(git, [entry.oid], (_, bytes = Buffer.alloc(0)) => void (text = nixText(bytes, shown(path))));
      return text;
    },
    list: async (path) =>
      new Map(
        (await below(path)).map((entry) => {
          const [name = "", ...rest] = entry.path.split("/");
          return [name, rest.length > 0 ? "directory" : type(entry)] as const;
        }),
      ),
    type: async (path) => {
      const entry = await itself(path);
      if (entry !== undefined) return type(entry);
      return (await below(path)).length > 0 ? "directory" : undefined;
    },
    environment: (name) => host.env[name],
    home: host.system.home,
    show: shown,
  };
}
