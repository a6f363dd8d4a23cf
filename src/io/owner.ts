/**
 * Whose is this leftover, and does its process still live?
 *
 * Every commit has a token, `HOST.PID.BORN.RANDOM`, that names its files in the state directory. A process is known by its machine,
 * its number and the moment it began (boot included), never by the age of a file: clocks jump and numbers are reused.
 */
import { randomBytes } from "node:crypto";

import type { Host } from "./host.ts";
import { sha256 } from "./stream.ts";

const form = /^([0-9a-f]{12})\.([0-9]{1,10})\.([0-9a-f]{12})\.[0-9a-f]{12}$/;

/** The tokens of this very process that are in use: a failed commit may leave files while its process lives on. */
const active = new Set<string>();

/** `elsewhere`: on another machine, where nobody here can look. */
export type Liveness = "alive" | "dead" | "elsewhere";

/** A new token of this process; give it to `retire` when the work is over. */
export async function newOwner(host: Host): Promise<string> {
  const { hostname, pid } = host.system;
  const born = (await host.system.started(pid)) ?? "unknown";
  const token = [short(hostname), pid, short(born), randomHex()].join(".");
  active.add(token);
  return token;
}

/** From now on what is left of this token is a leftover. */
export function retire(owner: string): void {
  active.delete(owner);
}

/** Whether a text is a token. */
export function isOwner(text: string): boolean {
  return form.test(text);
}

/** Whether the process of a token still works on it. What is not a token counts as alive: nobody may take it away. */
export async function liveness(host: Host, owner: string): Promise<Liveness> {
  const [, machine, pid, born] = form.exec(owner) ?? [];
  if (machine === undefined || pid === undefined) return "alive";
  if (machine !== short(host.system.hostname)) return "elsewhere";
  const started = await host.system.started(Number(pid));
  if (started === undefined || short(started) !== born) return "dead";
  return Number(pid) !== host.system.pid || active.has(owner) ? "alive" : "dead";
}

/** 48 random bits as 12 hex digits: the middle of every name that must not be guessed. */
function randomHex(): string {
  return randomBytes(6).toString("hex");
}

function short(text: string): string {
  return sha256(text).slice(0, 12);
}
