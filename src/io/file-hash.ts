/**
 * Is the file still the one that we saw?
 */
import type { Host } from "./host.ts";
import { errorCode } from "./io-error.ts";
import { digest, readStream } from "./stream.ts";

/** SHA-256 of a file in lower-case hex, or "absent" where nothing is. Node's error otherwise. */
export async function fileHash(host: Host, path: string): Promise<string> {
  try {
    return (await digest(readStream(host.files, path))).sha256;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "absent";
    throw error;
  }
}
