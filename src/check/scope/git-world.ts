/**
 * What may a policy read that is an expression of Nix, where git holds it?
 *
 * The files of the same moment. Everything is listed once, and only where such a policy asks for another file.
 */
import { SecretsError } from "../../errors.ts";
import { textOf } from "../../formats/text.ts";
import { readBlobs } from "../../git/blobs.ts";
import type { Git } from "../../git/git.ts";
import type { Entry } from "../../git/listing.ts";
import { atMost, NIX_LIMITS } from "../../limits.ts";
import type { NixWorld } from "../../nix/nix.ts";
import type { Project } from "../../operations/project/project.ts";
import { isOutside, posixPath } from "./inside.ts";

interface Moment {
  readonly git: Git;
  /** Every file of it. */
  readonly all: () => Promise<readonly Entry[]>;
  /** How a file of it is called in messages. @param path POSIX, relative to the root */
  readonly show: (path: string) => string;
}

export function gitWorld({ host }: Project, { git, all, show }: Moment): NixWorld {
  let listing: Promise<readonly Entry[]> | undefined;
  const shown = (path: string) => show(posixPath(git.root, path));
  const entriesBelow = async (path: string) => {
    const inside = posixPath(git.root, path);
    if (isOutside(inside))
      throw new SecretsError("policy", `${shown(path)} is outside the repository, so it is not read`);
    const entries = await (listing ??= all());
    const prefix = inside === "" ? "" : `${inside}/`;
    return {
      itself: entries.find((entry) => entry.path === inside),
      below: entries
        .filter((entry) => entry.path.startsWith(prefix))
        .map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) })),
    };
  };
  const type = ({ kind }: Entry) => (kind === "file" ? "regular" : kind === "link" ? "symlink" : "directory");
  return {
    read: async (path) => {
      const { itself } = await entriesBelow(path);
      if (itself?.kind !== "file") throw new SecretsError("policy", `git has no file ${shown(path)}`);
      let text = "";
      await readBlobs(git, [itself.oid], (_, bytes) => {
        atMost(bytes?.length ?? 0, NIX_LIMITS.text, { at: undefined });
        text = textOf(bytes ?? new Uint8Array());
      });
      return text;
    },
    list: async (path) => {
      const { below } = await entriesBelow(path);
      return new Map(
        below.map((entry) => {
          const [name = "", ...rest] = entry.path.split("/");
          return [name, rest.length > 0 ? "directory" : type(entry)] as const;
        }),
      );
    },
    type: async (path) => {
      const { itself, below } = await entriesBelow(path);
      if (itself !== undefined) return type(itself);
      return below.length > 0 ? "directory" : undefined;
    },
    environment: (name) => host.env[name],
    home: host.system.home,
    show: shown,
  };
}
