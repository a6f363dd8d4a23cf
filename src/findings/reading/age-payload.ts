/**
 * Can this be the payload of an age file, as far as one can see without a key?
 *
 * C2SP age.md, "Payload": a nonce, then chunks of 64 KiB with a tag each; only the last one is shorter, and it is empty
 * only where it is the first.
 */
import type { AgePayload } from "../../documents/age/stanzas.ts";
import { isText } from "./printable.ts";

const NONCE = 16;
const TAG = 16;
const CHUNK = 64 * 1024 + TAG;
/** Fewer bytes may be readable by chance. */
const LEAST_TEXT = 8;

/** What is wrong with it; `exposes` where it stands there unencrypted. */
export function payloadProblem({ size, start }: AgePayload): { message: string; exposes: boolean } | undefined {
  if (start.length >= LEAST_TEXT && isText(start)) {
    return { message: "unencrypted text follows the header of an age file", exposes: true };
  }
  const last = (size - NONCE) % CHUNK;
  const isCut = size < NONCE + TAG || (last > 0 && last <= TAG && size !== NONCE + TAG);
  return isCut ? { message: "the age file is cut short after its header", exposes: false } : undefined;
}
