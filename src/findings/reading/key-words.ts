/**
 * How is a private key that was found spoken of?
 */
import type { FoundKey } from "../private-keys/find.ts";

/** "an age identity, wrapped in base64 twice, under a passphrase". */
export function keyWords({ name, wrapped, hex, locked, stub }: FoundKey): string {
  const wrapping = hex ? ", in hexadecimal" : (["", ", wrapped in base64", ", wrapped in base64 twice"][wrapped] ?? "");
  return `${name}${wrapping}${locked ? ", under a passphrase" : ""}${stub ? ", which only points to a key kept elsewhere" : ""}`;
}
