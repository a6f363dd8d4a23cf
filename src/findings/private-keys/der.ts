/**
 * Are these bytes the DER of a private key?
 *
 * Not more than the shape (X.690): tags and lengths that fit to the last byte, and the parts that PKCS#1, PKCS#8, SEC 1 and
 * DSA keys begin with.
 */

const INTEGER = 0x02;
const OCTETS = 0x04;
const SEQUENCE = 0x30;

const PKCS8 = [INTEGER, SEQUENCE, OCTETS];

/** Per title of a PEM block: the tags that the outer sequence begins with. */
const SHAPES: ReadonlyMap<string, readonly number[]> = new Map([
  ["RSA PRIVATE KEY", Array.from({ length: 9 }, () => INTEGER)],
  ["DSA PRIVATE KEY", Array.from({ length: 6 }, () => INTEGER)],
  ["EC PRIVATE KEY", [INTEGER, OCTETS]],
  ["PRIVATE KEY", PKCS8],
  ["ENCRYPTED PRIVATE KEY", [SEQUENCE, OCTETS]],
]);

/**
 * Whether these bytes are a key of the kind that this title of a PEM block claims; under a title of somebody's own (Talos writes
 * ED25519 PRIVATE KEY), of any kind.
 */
export function isKeyDer(title: string, bytes: Buffer): boolean {
  const shape = SHAPES.get(title);
  return shape === undefined ? titleOfDer(bytes) !== undefined : hasShape(bytes, shape);
}

/** The title under which these bytes would be a key; undefined where they are none. */
export function titleOfDer(bytes: Buffer): string | undefined {
  return [...SHAPES].find(([, shape]) => hasShape(bytes, shape))?.[0];
}

/** Of a key in a PKCS #12 store, as such or under a passphrase: 1.2.840.113549.1.12.10.1.1 and .2 (RFC 7292). */
const KEY_BAGS = ["2a864886f70d010c0a0101", "2a864886f70d010c0a0102"].map((hex) => Buffer.from(hex, "hex"));

/** Whether these bytes are a PKCS #12 store that says that it holds a key. Stores of certificates alone are none. */
export function isKeyStore(bytes: Buffer): boolean {
  return hasShape(bytes, [INTEGER, SEQUENCE]) && !hasShape(bytes, PKCS8) && KEY_BAGS.some((bag) => bytes.includes(bag));
}

function hasShape(bytes: Buffer, shape: readonly number[]): boolean {
  const outer = elementAt(bytes, 0);
  if (outer?.tag !== SEQUENCE || outer.end !== bytes.length) return false;
  const tags: number[] = [];
  for (let at = outer.start; at < outer.end;) {
    const inner = elementAt(bytes, at);
    if (inner === undefined || inner.end > outer.end) return false;
    tags.push(inner.tag);
    at = inner.end;
  }
  return shape.every((tag, index) => tags[index] === tag);
}

interface Element {
  readonly tag: number;
  /** Of the content. */
  readonly start: number;
  readonly end: number;
}

/** The element that begins here; undefined where it does not fit into the bytes. */
function elementAt(bytes: Buffer, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return fitting(bytes, { tag, start: at + 2, end: at + 2 + first });
  const count = first & 0x7f;
  if (count < 1 || count > 3 || at + 2 + count > bytes.length) return undefined;
  const start = at + 2 + count;
  return fitting(bytes, { tag, start, end: start + bytes.readUIntBE(at + 2, count) });
}

function fitting(bytes: Buffer, element: Element): Element | undefined {
  return element.end <= bytes.length ? element : undefined;
}
