/**
 * Where can private keys come from?
 *
 * All sources of sops (sops.md section 6), of age (`--identity`) and of agenix (SSH keys, for root the host's own), each
 * with the origin that reports name. Listing them reads nothing; `read` is called when a file really needs a key.
 * Those that cost little are first, commands last: which of them opens a file makes no difference to the result.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { findProgram } from "../../io/programs.ts";
import { splitWords } from "../../io/words.ts";
import type { Host } from "../../io/host.ts";
import { isDevicePath, readInput } from "../../io/input.ts";
import { collect } from "../../io/stream.ts";

export interface IdentitySource {
  /** As reports name it: `~/.ssh/id_ed25519`, `SOPS_AGE_KEY`, `the command in SOPS_AGE_KEY_CMD`. */
  readonly origin: string;
  /** The user did not point at it for this purpose, so that it asks for no passphrase unless a stanza names its key. */
  readonly isDefault?: boolean;
  /** Several identities may stand on one line (SOPS_AGE_KEY). */
  readonly inline?: boolean;
  /** Reading it starts a command, or takes something from a pipe. */
  readonly isCostly?: boolean;
  /** The file it is read from, if it is one. */
  readonly path?: string;
  /** The bytes, or undefined where a source that need not exist does not. */
  readonly read: () => Promise<Uint8Array | undefined>;
}

export interface SourceOptions {
  readonly host: Host;
  readonly resolve: (path: string) => string;
  /** What `--identity` named: if anything, nothing else counts. */
  readonly only: readonly string[];
}

export function identitySources(options: SourceOptions): IdentitySource[] {
  if (options.only.length > 0) return options.only.map((path) => mustExist(namedFile(options, path, path)));
  const { host } = options;
  return [
    ...variable(host, "SOPS_AGE_KEY"),
    ...fileVariable(options, "SOPS_AGE_KEY_FILE"),
    ...optionalFiles(host, keysFile(host)),
    ...fileVariable(options, "SOPS_AGE_SSH_PRIVATE_KEY_FILE"),
    ...optionalFiles(host, sshKeys(host)),
    ...commandVariable(host, "SOPS_AGE_KEY_CMD"),
    ...commandVariable(host, "SOPS_AGE_SSH_PRIVATE_KEY_CMD"),
  ];
}

/** A file that a key is read from. */
export interface IdentityLocation {
  readonly origin: string;
  /** Absolute. */
  readonly path: string;
}

/** Every file that one of the sources is, those at the default places too where the user named others. There or not. */
export function identityFiles(options: SourceOptions): IdentityLocation[] {
  const sources = [
    ...options.only.map((path) =>
      namedFile(options, path === "-" ? STANDARD_INPUT : path, path === "-" ? "from standard input" : path),
    ),
    ...identitySources({ ...options, only: [] }),
  ];
  return sources.flatMap(({ origin, path }) => (path === undefined ? [] : [{ origin, path }]));
}

/** By this name it can be seen which file a shell has put there. */
const STANDARD_INPUT = "/dev/stdin";

/** `sops/age/keys.txt` in the configuration directory of each system (sops.md section 6). */
function keysFile(host: Host): string[] {
  const { env, system } = host;
  const below = (directory: string | undefined) =>
    directory === undefined || directory === "" ? [] : [join(directory, "sops", "age", "keys.txt")];
  if (system.platform === "win32") return below(env["APPDATA"]);
  const configured = below(env["XDG_CONFIG_HOME"]);
  if (system.home === undefined) return configured;
  if (system.platform !== "darwin") return configured.length > 0 ? configured : below(join(system.home, ".config"));
  return [...configured, ...below(join(system.home, "Library", "Application Support"))];
}

function sshKeys(host: Host): string[] {
  const { home, uid } = host.system;
  const own = home === undefined ? [] : [join(home, ".ssh", "id_ed25519"), join(home, ".ssh", "id_rsa")];
  return uid === 0 ? [...own, "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_rsa_key"] : own;
}

function namedFile(options: SourceOptions, path: string, origin: string): IdentitySource {
  const { host } = options;
  const absolute = options.resolve(path);
  if (path === "-") return { origin, isCostly: true, read: () => collect(host.streams.stdin()) };
  const read = () => readInput(host.files, { path: absolute, shown: path, pipes: true });
  return { origin, isCostly: isDevicePath(path), path: absolute, read };
}

/** What stands on the command line is there, or it is a slip that no other key makes good. */
function mustExist(source: IdentitySource): IdentitySource {
  const read = async () => {
    try {
      return await source.read();
    } catch (error) {
      if (!(error instanceof SecretsError) || error.code !== "not-found") throw error;
      throw new SecretsError("usage", "no such identity file", { at: { file: source.origin } });
    }
  };
  return { ...source, read };
}

function optionalFiles(host: Host, paths: readonly string[]): IdentitySource[] {
  return paths.map((path) => ({
    origin: tilde(host, path),
    isDefault: true,
    path,
    // Nothing but a regular file: reading a pipe that somebody left there would wait for ever.
    read: async () => ((await host.files.stat(path))?.kind === "file" ? host.files.read(path) : undefined),
  }));
}

function fileVariable(options: SourceOptions, name: string): IdentitySource[] {
  const path = options.host.env[name];
  if (path === undefined) return [];
  if (path === "")
    return [{ origin: name, read: () => Promise.reject(new SecretsError("bad-key", `${name} is set, but empty`)) }];
  return [namedFile(options, path, `${path} (${name})`)];
}

function variable(host: Host, name: string): IdentitySource[] {
  const value = host.env[name];
  if (value === undefined) return [];
  const read = async () => new TextEncoder().encode(value);
  return [{ origin: name, inline: true, read }];
}

function commandVariable(host: Host, variable: string): IdentitySource[] {
  const command = host.env[variable];
  if (command === undefined) return [];
  const origin = `the command in ${variable}`;
  const read = async () => {
    const [name, ...args] = splitWords(command);
    if (name === undefined) throw new SecretsError("bad-key", `${variable} is set, but empty`);
    const program = await findProgram(host, name);
    if (program === undefined) throw new SecretsError("bad-key", "the command does not exist, or is not executable");
    const child = await host.run([program, ...args], { terminal: "capture" });
    if (child.code !== 0) throw new SecretsError("bad-key", `the command failed (${child.code ?? child.signal})`);
    return child.stdout;
  };
  return [{ origin, isCostly: true, read }];
}

function tilde(host: Host, path: string): string {
  const { home } = host.system;
  return home !== undefined && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
