/**
 * Which text is this policy, in bytes?
 *
 * As sops takes it: UTF-8, or UTF-16 where a byte order mark says so (PowerShell writes it); nothing is replaced unseen. Pure.
 */
import { SecretsError, type Position } from "../errors.ts";
import { atMost, POLICY_LIMITS } from "../limits.ts";
import { textOf } from "../formats/text.ts";
import { placeOf } from "../formats/yaml/characters.ts";
import { reordering } from "./look-alikes.ts";

/**
 * The text, a byte order mark of UTF-8 included.
 * @param file The policy as it should be shown in messages.
 * @throws SecretsError `policy`: bytes that are not text, or far too many.
 */
export function policyText(bytes: Uint8Array, file: string): string {
  atMost(bytes.length, POLICY_LIMITS.bytes, { at: { file } });
  const wide = { fffe: "utf-16le", feff: "utf-16be" }[Buffer.from(bytes.subarray(0, 2)).toString("hex")];
  if (wide === undefined) return utf8PolicyText(bytes, file);
  try {
    return new TextDecoder(wide, { fatal: true }).decode(bytes);
  } catch {
    throw notText("UTF-16, as its first two bytes say", { file });
  }
}

/** The same for who writes the text back: only UTF-8 comes with every byte. @throws SecretsError `policy` */
export function utf8PolicyText(bytes: Uint8Array, file: string): string {
  try {
    return textOf(bytes);
  } catch (error) {
    throw notText("UTF-8", { file, line: error instanceof SecretsError ? error.at?.line : undefined, column: 1 });
  }
}

/** @throws SecretsError `policy`: somebody who looks at the text sees another one */
export function refuseReordering(text: string, file: string): void {
  const turned = reordering(text);
  if (turned === undefined) return;
  throw new SecretsError("policy", `a character here changes the order in which the line is shown (${turned.what})`, {
    at: { file, ...placeOf(text, turned.index) },
    hint: "remove it: what a reviewer sees is not what the policy says",
  });
}

function notText(what: string, at: Position): SecretsError {
  return new SecretsError("policy", `the text is not ${what}`, { at, hint: "save it as UTF-8" });
}
