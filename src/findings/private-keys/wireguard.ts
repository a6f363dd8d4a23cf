/**
 * Which WireGuard keys are in this text?
 *
 * wg(8): `PrivateKey = ` and 32 bytes in base64, as wg-quick, systemd-networkd and NixOS take them. `wg genkey` clamps what it
 * makes, which tells a key from other secrets of that name.
 */
import { markOf, type KeyInText } from "./found-key.ts";

const FIELD =
  /(?<kind>private|pre[_-]?shared)[_-]?key["']?\s*[:=]\s*["']?(?<key>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)(?![A-Za-z0-9+/=])/gi;

/** @param text positions are in it. */
export function wireguardKeys(text: string): KeyInText[] {
  return [...text.matchAll(FIELD)].map((match) => {
    const { kind = "", key = "" } = match.groups ?? {};
    const isPrivate = kind.toLowerCase() === "private";
    return {
      name: isPrivate ? "a WireGuard private key" : "a WireGuard preshared key",
      offset: match.index + match[0].length - key.length,
      verified: !isPrivate || isClamped(Buffer.from(key, "base64")),
      locked: false,
      stub: false,
      ids: [],
      mark: markOf(key),
    };
  });
}

/** RFC 7748 section 5. */
function isClamped(bytes: Buffer): boolean {
  const [first = 0, last = 0] = [bytes[0], bytes[31]];
  return (first & 7) === 0 && (last & 0xc0) === 0x40;
}
