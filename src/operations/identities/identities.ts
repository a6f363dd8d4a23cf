/**
 * Which of the available keys opens this file?
 *
 * One ring per run. Sources are read when the first file needs a key, each at most once; what is ready is tried first;
 * a passphrase is asked at most once per key, and only where a stanza, the reader hint or the user says that the key can
 * help. A broken source is a line in the report, never the end.
 */
import { isLocked } from "../../keys/locked-identity.ts";
import type { Stanza } from "age-encryption";
import { SecretsError } from "../../errors.ts";
import type { Host } from "../../io/host.ts";
import { errorCode } from "../../io/io-error.ts";
import { keyring, kindOfStanza } from "../../keys/index.ts";
import type {
  AskPassphrase,
  Identity,
  Keyring,
  LockedIdentity,
  Opening,
  OpeningRing,
  Recipient,
} from "../../keys/recipient.ts";
import { identitySources, type IdentitySource, type SourceOptions } from "./identity-sources.ts";

export interface IdentityRing extends Keyring, OpeningRing {
  /** Every available key that is known without a question and without starting a command. */
  readonly recipients: () => Promise<readonly Recipient[]>;
  /** Whether any source has a key, readable or not. */
  readonly hasKeys: () => Promise<boolean>;
  /**
   * One line per source: what it is and what came of it. Complete only after a file could not be opened.
   * @param readers the `Recipient.id`s that the file declares
   */
  readonly report: (readers: ReadonlySet<string>) => Promise<readonly string[]>;
}

/** A source that was read. */
interface Loaded {
  readonly source: IdentitySource;
  readonly ready: Identity[];
  /** Those that could still be unlocked. */
  readonly locked: LockedIdentity[];
  /** Those whose passphrase was not known. */
  readonly refused: LockedIdentity[];
  /** What came of reading it, for the report. */
  note: string;
  /** Why a key that could have helped stayed shut: nobody could be asked, or the passphrase was wrong. */
  obstacle?: SecretsError;
}

export interface RingOptions extends SourceOptions {
  readonly detail: (line: string) => void;
  readonly warn: (line: string) => void;
}

export function identityRing(options: RingOptions): IdentityRing {
  const sources = sourceReader(options);
  const ask = asker(options.host);
  const opened = (source: IdentitySource, fileKey: Uint8Array): Uint8Array => {
    options.detail(`opened with ${source.origin}`);
    return fileKey;
  };
  const recipients = async () => (await sources.cheap()).flatMap(recipientsIn);

  return {
    ...keyring,
    unwrap: async (opening) => {
      for await (const { source, ready } of sources.each()) {
        const fileKey = await firstFileKey(ready, opening.stanzas);
        if (fileKey !== null) return opened(source, fileKey);
      }
      const loaded = await sources.all();
      for (const entry of loaded) {
        const fileKey = await unwrapLocked(entry, opening, ask);
        if (fileKey !== null) return opened(entry.source, fileKey);
      }
      const obstacle = loaded.find((entry) => entry.obstacle !== undefined)?.obstacle;
      if (obstacle !== undefined) throw obstacle;
      return null;
    },
    canOpen: async (opening) => {
      for await (const { ready } of sources.each()) {
        if ((await firstFileKey(ready, opening.stanzas)) !== null) return "yes";
      }
      const loaded = await sources.all();
      const waiting = loaded.some(({ source, locked }) => locked.some((key) => couldHelp(key, source, opening)));
      return waiting ? "with a passphrase" : "no";
    },
    held: async () => new Set((await recipients()).map((recipient) => recipient.id)),
    recipients,
    hasKeys: async () => (await sources.all()).some((entry) => keysIn(entry).length > 0),
    report: async (readers) =>
      (await sources.all()).map((entry) => `${entry.source.origin}: ${cameOf(entry, readers)}`),
  };
}

function keysIn({ ready, locked, refused }: Loaded): (Identity | LockedIdentity)[] {
  return [...ready, ...locked, ...refused];
}

function recipientsIn(entry: Loaded): Recipient[] {
  return keysIn(entry).flatMap((key) => key.recipients ?? []);
}

/** What came of a source for a file that could not be opened. */
function cameOf(entry: Loaded, readers: ReadonlySet<string>): string {
  if (entry.locked.length + entry.refused.length > 0 || entry.ready.length === 0) return entry.note;
  const isReader = recipientsIn(entry).some(({ id }) => readers.has(id));
  return isReader ? "is among its readers, which is not enough" : "not for this file";
}

/** Reads sources one by one, each when it is first asked for, and never twice. */
function sourceReader(options: RingOptions) {
  const sources = identitySources(options);
  const loading = new Map<IdentitySource, Promise<Loaded>>();
  const read = (source: IdentitySource): Promise<Loaded> => {
    const known = loading.get(source) ?? load(source, options);
    loading.set(source, known);
    return known;
  };
  const inOrder = async (wanted: readonly IdentitySource[]) => {
    const loaded: Loaded[] = [];
    for (const source of wanted) loaded.push(await read(source));
    return loaded;
  };
  return {
    each: async function* (): AsyncGenerator<Loaded> {
      for (const source of sources) yield await read(source);
    },
    all: () => inOrder(sources),
    /** Those that can be read for a mere remark: no commands are run and no pipe is drained for it. */
    cheap: () => inOrder(sources.filter((source) => source.isCostly !== true || loading.has(source))),
  };
}

async function firstFileKey(identities: readonly Identity[], stanzas: readonly Stanza[]): Promise<Uint8Array | null> {
  for (const identity of identities) {
    const fileKey = await identity.unwrapFileKey(stanzas);
    if (fileKey !== null) return fileKey;
  }
  return null;
}

async function unwrapLocked(entry: Loaded, opening: Opening, ask: AskPassphrase): Promise<Uint8Array | null> {
  for (const key of entry.locked.filter((key) => couldHelp(key, entry.source, opening))) {
    const opened = await unlock(key, entry, ask);
    if (opened === undefined) continue;
    const fileKey = await firstFileKey(opened, opening.stanzas);
    if (fileKey !== null) return fileKey;
  }
  if (entry.locked.length > 0 && entry.obstacle === undefined) entry.note = NOT_ASKED;
  return null;
}

const NOT_ASKED = "protected by a passphrase, and nothing shows that it can help";

/** As ssh does it: three tries, and only for what was mistyped. */
const TRIES = 3;

/** Unlocks and keeps the result in `ready`; a key that stays shut is noted. */
async function unlock(key: LockedIdentity, entry: Loaded, ask: AskPassphrase): Promise<Identity[] | undefined> {
  for (let left = TRIES; ; left -= 1) {
    try {
      const { origin } = entry.source;
      const opened = await key.unlock(() => ask(left < TRIES ? `${origin} (wrong, try again)` : origin));
      entry.ready.push(...opened);
      entry.locked.splice(entry.locked.indexOf(key), 1);
      return opened;
    } catch (error) {
      if (!(error instanceof SecretsError) || error.code === "interrupted") throw error;
      if (error.code === "wrong-passphrase" && left > 1) continue;
      remember(key, entry, error);
      return undefined;
    }
  }
}

/** What cannot be asked for now may be asked for by nobody later; what is broken or unknown is not tried again. */
function remember(key: LockedIdentity, entry: Loaded, error: SecretsError): void {
  entry.note = error.message;
  if (error.code === "cannot-ask" || error.code === "wrong-passphrase") entry.obstacle = error;
  if (error.code === "cannot-ask") return;
  entry.locked.splice(entry.locked.indexOf(key), 1);
  entry.refused.push(key);
}

/**
 * Whether it is worth a question: a stanza with its tag, a reader hint that lists it, or, where the stanzas say nothing of
 * their readers, a source that the user named.
 */
function couldHelp(key: LockedIdentity, source: IdentitySource, { stanzas, declares }: Opening): boolean {
  const isAnonymous = (stanza: Stanza) => kindOfStanza(stanza)?.tagged === false;
  const ofKind = (known: { readonly kind?: string | undefined }) =>
    stanzas.filter((stanza) => kindOfStanza(stanza)?.name === known.kind);
  const isNamed = source.isDefault !== true;
  if (key.recipients === undefined) return ofKind(key).length > 0 || (stanzas.some(isAnonymous) && isNamed);
  return key.recipients.some((recipient) =>
    ofKind(recipient).some((stanza) =>
      isAnonymous(stanza) ? (declares(recipient.id) ?? isNamed) : stanza.args[1] === recipient.tag,
    ),
  );
}

async function load(source: IdentitySource, options: RingOptions): Promise<Loaded> {
  const entry: Loaded = { source, ready: [], locked: [], refused: [], note: "not found" };
  try {
    const bytes = await source.read();
    if (bytes === undefined) return entry;
    await warnIfReadable(source, options);
    const { parseIdentityFile } = await import("../../keys/identity-file.ts");
    const { identities, warnings } = await parseIdentityFile(bytes, {
      origin: source.origin,
      inline: source.inline,
      publicKey: await publicKeyBeside(source, options.host),
    });
    for (const identity of identities) {
      if (isLocked(identity)) entry.locked.push(identity);
      else entry.ready.push(identity);
    }
    for (const warning of warnings) options.warn(`${source.origin}: ${warning}`);
    entry.note = entry.locked.length > 0 ? "protected by a passphrase" : keyCount(entry.ready.length);
  } catch (error) {
    if (error instanceof SecretsError && error.code === "usage") throw error;
    entry.note = whyNot(error);
  }
  options.detail(`identity ${source.origin}: ${entry.note}`);
  return entry;
}

function keyCount(count: number): string {
  if (count === 0) return "no key in it";
  return count === 1 ? "a key" : `${count} keys`;
}

/** Only words of our own: what a command or a parser says could quote the key. */
function whyNot(error: unknown): string {
  if (error instanceof SecretsError) return error.code === "not-found" ? "not found" : error.message;
  const code = errorCode(error);
  return `cannot be read${code === undefined ? "" : ` (${code})`}`;
}

async function publicKeyBeside(source: IdentitySource, host: Host): Promise<string | undefined> {
  if (source.path === undefined) return undefined;
  const path = `${source.path}.pub`;
  if ((await host.files.stat(path))?.kind !== "file") return undefined;
  return new TextDecoder().decode(await host.files.read(path).catch(() => new Uint8Array()));
}

async function warnIfReadable(source: IdentitySource, options: RingOptions): Promise<void> {
  if (source.path === undefined || options.host.system.platform === "win32") return;
  const stat = await options.host.files.stat(source.path);
  if (stat?.kind !== "file" || (stat.mode & 0o077) === 0) return;
  options.warn(`${source.origin} can be read by others; fix it with: chmod 600 ${source.path}`);
}

/** Asks on the terminal, or says which flag would have spared the question. */
function asker(host: Host): AskPassphrase {
  return async (what) => {
    if (!host.terminal.canAsk) {
      throw new SecretsError("cannot-ask", `cannot ask for the passphrase for ${what} here`, {
        hint: "run it in a terminal without --no-input, or give a key without a passphrase with --identity FILE",
      });
    }
    return host.terminal.askHidden(`passphrase for ${what}: `);
  };
}
