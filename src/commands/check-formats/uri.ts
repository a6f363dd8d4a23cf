/** How is a path written as a relative reference (RFC 3986)? */
import { toUSVString } from "node:util";

/** @param path POSIX. */
export function relativeUri(path: string): string {
  // A first segment with a colon would be read as a scheme; encodeURIComponent escapes it.
  return toUSVString(path).split("/").map(encodeURIComponent).join("/");
}
