/**
 * Where do the user's own settings and state lie, outside of every repository?
 *
 * The XDG base directory specification 0.8: a relative path in a variable counts as none.
 */
import { isAbsolute, join } from "node:path";
import type { Host } from "../../io/host.ts";

/** Settings that the user wrote; undefined where there is no home directory. */
export function configDirectory(host: Host): string | undefined {
  return xdgDirectory(host, "XDG_CONFIG_HOME", ".config");
}

/** What the program remembers; undefined where there is no home directory. */
export function userStateDirectory(host: Host): string | undefined {
  return xdgDirectory(host, "XDG_STATE_HOME", ".local/state");
}

/** Where lock and notes of a write into `userStateDirectory` lie. */
export function userCommits(host: Host): string | undefined {
  const directory = userStateDirectory(host);
  return directory === undefined ? undefined : join(directory, ".commit");
}

function xdgDirectory({ env, system }: Host, variable: string, inHome: string): string | undefined {
  const named = env[variable];
  if (named !== undefined && isAbsolute(named)) return join(named, "secrets");
  return system.home === undefined ? undefined : join(system.home, inHome, "secrets");
}
