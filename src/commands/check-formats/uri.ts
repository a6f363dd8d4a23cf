/** How is a path written as a relative reference (RFC 3986)? */

/** @param path POSIX. */
export function relativeUri(path: string): string {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  // A first segment with a colon would be read as a scheme; encodeURIComponent has escaped it.
  return encoded;
}
