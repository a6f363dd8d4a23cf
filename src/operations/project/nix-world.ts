/**
 * What may a policy read that is an expression of Nix?
 *
 * Files of its repository, wherever links lead, and what the user's own NIX_PATH names: it may have come with a clone.
 */
import { basename, dirname, isAbsolute, join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { atMost, NIX_LIMITS } from "../../limits.ts";
import type { FileStat, Host } from "../../io/host.ts";
import { isInside } from "../../io/inside.ts";
import { ioError } from "../../io/io-error.ts";
import type { NixWorld } from "../../nix/nix.ts";
import { findProgram } from "../../io/programs.ts";
import { visible } from "../../words/visible.ts";
import { strictUtf8 } from "../../text/utf8.ts";
import { remembered } from "../../words/remembered.ts";

type EntryType = NonNullable<Awaited<ReturnType<NixWorld["type"]>>>;

interface Reach {
  /** The repository, or the directory of a policy that lies in none. */
  readonly root: string;
  readonly show: (path: string) => string;
}

export function nixWorld({ files, env, system }: Host, { root, show }: Reach): NixWorld {
  const roots = [root, ...pathsOfNix(env["NIX_PATH"])];
  /** Links followed, as far as anything is there. */
  const real = (path: string): Promise<string> =>
    files
      .realpath(path)
      .catch(async () => (dirname(path) === path ? path : join(await real(dirname(path)), basename(path))));
  const realRoots = remembered(() => Promise.all(roots.map(real)));
  const reading = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
    const found = await real(path);
    if (!(await realRoots()).some((each) => isInside(each, found))) throw outside(show(path));
    try {
      return await work();
    } catch (error) {
      throw ioError(error, show(path), "read");
    }
  };
  return {
    read: (path) =>
      reading(path, async () => {
        const stat = await files.stat(path);
        if (stat === undefined) throw new SecretsError("not-found", `no such file: ${show(path)}`);
        if (stat.kind !== "file") throw new SecretsError("usage", `${show(path)} is not a file`);
        atMost(stat.size, NIX_LIMITS.text, { at: undefined });
        return nixText(await files.read(path), show(path));
      }),
    list: (path) =>
      reading(path, async () => {
        const names = await files.list(path);
        const stats = await Promise.all(names.map((name) => files.stat(join(path, name), { follow: false })));
        return new Map(names.map((name, index) => [name, entryType(stats[index])]));
      }),
    type: (path) =>
      reading(path, async () => {
        const stat = await files.stat(path);
        return stat === undefined ? undefined : entryType(stat);
      }),
    environment: (name) => env[name],
    home: system.home,
    show,
  };
}

/** @param file as it is shown */
export function outside(file: string): SecretsError {
  return new SecretsError("policy", `${file} is outside the repository, so it is not read`);
}

/** What a policy may read as text. @param file as it is shown @throws SecretsError `policy` */
export function nixText(bytes: Uint8Array, file: string): string {
  atMost(bytes.length, NIX_LIMITS.text, { at: undefined });
  const text = strictUtf8(bytes);
  if (text === undefined) throw new SecretsError("policy", `${file} is not UTF-8`);
  return text;
}

function entryType(stat: FileStat | undefined): EntryType {
  if (stat?.kind === "file") return "regular";
  return stat?.kind === "directory" || stat?.kind === "symlink" ? stat.kind : "unknown";
}

/** The directories in it: `nixpkgs=DIR`, or `DIR`. */
function pathsOfNix(text = ""): string[] {
  return text
    .split(":")
    .map((entry) => entry.replace(/^[^=/]*=/, ""))
    .filter(isAbsolute);
}

interface Asking {
  readonly root: string;
  /** The policy, as it is shown. */
  readonly file: string;
  readonly expression: string;
}

/** One that lies in the repository is passed over. @throws SecretsError `policy` with what it says */
export async function askNix(host: Host, { root, file, expression }: Asking): Promise<string | undefined> {
  const program = await findProgram(host, "nix-instantiate", root);
  if (program === undefined) return undefined;
  const safe = ["--option", "restrict-eval", "true", "--option", "allow-import-from-derivation", "false"];
  const argv = [program, ...safe, "-I", `secrets=${root}`, "--eval", "--strict", "--json", "-E", expression];
  const { code, stdout, stderr } = await host.run(argv, { terminal: "capture", cwd: root });
  if (code === 0) return new TextDecoder().decode(stdout);
  const [, said = "it failed"] = /^error: *(.*)$/m.exec(new TextDecoder().decode(stderr)) ?? [];
  throw new SecretsError("policy", `nix-instantiate: ${visible(said)}`, { at: { file } });
}
