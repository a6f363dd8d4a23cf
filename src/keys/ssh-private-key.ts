/**
 * Which identity is in this SSH private key file?
 *
 * OpenSSH's own format, and PEM (PKCS#1, PKCS#8), each plain or under a passphrase. The public half is known before the
 * passphrase where the file says it unencrypted or a `.pub` lies beside it, so that nobody is asked for a key that cannot help.
 */
import { createPrivateKey, getCiphers, type KeyObject } from "node:crypto";
import { ed25519Secret } from "../crypto/curve25519.ts";
import { encodePadded } from "../crypto/base64.ts";
import { SecretsError } from "../errors.ts";
import { keyKinds, parseRecipient } from "./index.ts";
import type { Identity, IdentitySource, KeyKind, Recipient } from "./recipient.ts";
import { lockedIdentity } from "./locked-identity.ts";
import { type OpensshContainer, parseOpensshContainer, unlockedContainer } from "./openssh-container.ts";
import { parseSshPublicKey } from "./ssh-public-key.ts";
import { wireReader } from "./ssh-wire.ts";

/** As in age; a key of 16384 bits fits. */
const maxSize = 16 * 1024;

export interface SshKeyFile {
  /** How the file is called in questions. */
  readonly origin: string;
  /** The text of the `.pub` beside it; only asked where the private file does not say its public half. */
  readonly publicKey?: string | undefined;
}

/**
 * @param text of the whole file, which begins with `-----BEGIN`.
 * @throws SecretsError `bad-key`: malformed, of a type that cannot be used, or the two halves do not belong together.
 */
export async function parseSshPrivateKey(text: string, file: SshKeyFile): Promise<IdentitySource> {
  if (text.length > maxSize) throw new SecretsError("bad-key", "too large to be an SSH private key");
  const [, title = "", body = ""] =
    /^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)\r?\n?-----END \1-----\s*$/.exec(text.trimStart()) ?? [];
  switch (title) {
    case "OPENSSH PRIVATE KEY":
      return openssh(body, file);
    case "RSA PRIVATE KEY":
    case "PRIVATE KEY":
    case "ENCRYPTED PRIVATE KEY":
      return pem(text, file);
    case "EC PRIVATE KEY":
      throw unusableType("ecdsa");
    case "DSA PRIVATE KEY":
      throw unusableType("dsa");
    default:
      throw new SecretsError("bad-key", "malformed private key file", {
        hint: "an SSH private key goes from its -----BEGIN line to its -----END line, with nothing else in the file",
      });
  }
}

async function openssh(body: string, file: SshKeyFile): Promise<IdentitySource> {
  const encoded = body.replace(/\s+/g, "");
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) throw new SecretsError("bad-key", "malformed OpenSSH private key");
  const container = parseOpensshContainer(bytes);
  const recipients = await facesOf(container.blob);
  if (!container.locked) return opensshIdentity(container);
  return lockedIdentity({
    recipients,
    open: async (ask) => [await opensshIdentity(container, await ask(file.origin))],
  });
}

/** The public half of an unencrypted key, by all its faces. */
async function facesOf(blob: Buffer, comment = ""): Promise<Recipient[]> {
  const type = wireReader(blob).string()?.toString("latin1") ?? "";
  const recipient = await parseRecipient(`${type === "" ? "ssh-unknown" : type} ${encodePadded(blob)} ${comment}`);
  return recipient.twin === undefined ? [recipient] : [recipient, recipient.twin];
}

async function opensshIdentity(container: OpensshContainer, passphrase?: string): Promise<Identity> {
  const block = await container.open(passphrase);
  const key = await keyInside(unlockedContainer(container.blob, block));
  const identity = await identityOf(key.secret, key.comment);
  checkHalves(identity, await facesOf(container.blob));
  return identity;
}

/** The one place that knows sshpk: it only ever sees containers without passphrase. */
async function keyInside(container: string): Promise<{ secret: KeyObject; comment: string }> {
  const { default: sshpk } = await import("sshpk");
  try {
    const key = sshpk.parsePrivateKey(container, "ssh-private");
    const seed = key.parts.find(({ name }) => name === "k")?.data;
    // OpenSSL does not read what sshpk writes of an ed25519 key, so its seed is handed over by itself.
    const secret = seed === undefined ? createPrivateKey(key.toBuffer("pkcs8")) : ed25519Secret(seed);
    return { secret, comment: key.comment ?? "" };
  } catch {
    // What it says may quote the key.
    throw new SecretsError("bad-key", "malformed OpenSSH private key");
  }
}

async function pem(text: string, file: SshKeyFile): Promise<IdentitySource> {
  const [, cipher] = /^DEK-Info: ([A-Z0-9-]+),/m.exec(text) ?? [];
  if (cipher !== undefined && !getCiphers().includes(cipher.toLowerCase())) {
    throw new SecretsError("bad-key", "the private key file is encrypted in an unknown way");
  }
  if (cipher === undefined && !text.trimStart().startsWith("-----BEGIN ENCRYPTED")) return identityOf(pemKey(text));
  const recipients = await facesBeside(file.publicKey);
  return lockedIdentity({
    // Without its .pub nobody knows; in PEM it is hardly ever anything else.
    kind: kindOfPrivateKey("rsa")?.name,
    recipients,
    open: async (ask) => {
      const identity = await identityOf(pemKey(text, await ask(file.origin)));
      if (recipients !== undefined) checkHalves(identity, recipients);
      return [identity];
    },
  });
}

function pemKey(text: string, passphrase?: string): KeyObject {
  try {
    return createPrivateKey({ key: text, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    if (passphrase === undefined) throw new SecretsError("bad-key", "malformed private key");
    // OpenSSL does not tell a wrong passphrase from damage: both end in bytes that mean nothing.
    throw new SecretsError("wrong-passphrase", "wrong passphrase for the private key");
  }
}

async function facesBeside(publicKey: string | undefined): Promise<Recipient[] | undefined> {
  if (publicKey === undefined) return undefined;
  try {
    const { blob, comment } = parseSshPublicKey(publicKey);
    return await facesOf(blob, comment);
  } catch {
    // A broken .pub makes the question less exact, and no more than that.
    return undefined;
  }
}

function kindOfPrivateKey(type: string | undefined): KeyKind | undefined {
  return keyKinds.find(({ privateKey }) => privateKey !== undefined && privateKey === type);
}

async function identityOf(secret: KeyObject, comment = ""): Promise<Identity> {
  const type = secret.asymmetricKeyType;
  const code = await kindOfPrivateKey(type)?.load();
  if (code?.identityOf === undefined) throw unusableType(type === "ec" ? "ecdsa" : (type ?? "such"));
  return code.identityOf(secret, comment);
}

/** @throws SecretsError `bad-key` unless the private half makes the public one that the file declares. */
function checkHalves(identity: Identity, declared: readonly Recipient[]): void {
  if (identity.recipients[0]?.text === declared[0]?.text) return;
  throw new SecretsError("bad-key", "the private and the public half of the SSH key do not belong together", {
    hint: "write the public half again: ssh-keygen -y -f FILE > FILE.pub",
  });
}

function unusableType(name: string): SecretsError {
  return new SecretsError("bad-key", `${name} private keys cannot be used with age`, {
    hint: "use an ed25519 or RSA SSH key, or an age identity",
  });
}
