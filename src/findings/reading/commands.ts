/**
 * With which command is a finding fixed?
 *
 * What several rules say alike. A command is what a shell reads, whatever the file is called.
 */
import type { Origin } from "../../text/merge-marks.ts";
import { lineText } from "../../words/phrases.ts";
import { foreignKeysOf } from "../../agreement/agreement.ts";
import { canShare } from "../../keys/distinct.ts";
import type { Governed } from "../finding.ts";
import { shellText, shellWord } from "../../words/shell.ts";

/** A file of lines to which a command adds some. */
export interface LineFile {
  /** As the user names it. */
  readonly file: string;
  /** Whether its last line has no end, so that what is added would become a part of it. */
  readonly isCut: boolean;
}

/** Adds lines at the end of a file, there or not. */
export function appending({ file, isCut }: LineFile, lines: readonly string[]): string {
  const words = (isCut ? ["", ...lines] : lines).map(shellText);
  return `printf '%s\\n' ${words.join(" ")} >> ${shellWord(file)}`;
}

/** A line of .gitignore for this path and no other. @param path POSIX, relative to where the .gitignore lies. */
export function ignoreLine(path: string): string {
  return `/${path
    .replaceAll(/[\\*?[\]]/g, String.raw`\$&`)
    .replace(/ $/, String.raw`\ `)
    .replaceAll("\n", "?")}`;
}

/** Takes a file back as it was; that HEAD may have it as it is now, only the user can tell. */
export function restoring(file: string): string {
  return `git checkout HEAD -- ${shellWord(file)}`;
}

/** Stands behind what is restored. */
export const RESTORED = "# or, instead of HEAD, the last commit in which it was intact";

/**
 * Ends a merge of an encrypted file that git could not do: shows the other side, takes ours whole, and opens it for the other's
 * changes. Where one side alone is left, takes that.
 */
export function remerging(file: string, origin: Origin | undefined): string {
  const word = shellWord(file);
  if (origin === undefined) return `${restoring(file)} ${RESTORED}`;
  const edit = `secrets edit ${word} && git add -- ${word}`;
  if (origin.kind === "whole") return `git checkout ${origin.name} -- ${word} && ${edit}`;
  const { ours, theirs } = origin;
  const show = `git show ${shellWord(`${theirs.name}:./${file}`)} | secrets decrypt --filename-override ${word}`;
  const take = ours.name.startsWith(":") ? "--ours" : ours.name;
  return `${show} && git checkout ${take} -- ${word} && ${edit}`;
}

/** Opens a file that has the values of two versions and the MAC of one, to be saved with one of its own. */
export function renewingMac(file: string): string {
  return `secrets edit --ignore-mac ${shellWord(file)}`;
}

/** The same for an age file. */
export function rekeyingAge(file: string, governed: Governed): string {
  const { readers } = governed.ruling;
  if (foreignKeysOf(readers).length > 0) {
    return "encrypt it again with age, or take out of the rule what only age can encrypt to";
  }
  const isMixed = !canShare(readers.flatMap(({ keys }) => keys));
  const before = isMixed ? `give all readers in ${placeOfRule(governed)} post-quantum keys, or none, then: ` : "";
  return `${before}${rekeying(file, governed)}`;
}

/** Brings a file to its rule. A rule that is only in an older policy has to be there again first. */
export function rekeying(file: string, { origin, ruling }: Pick<Governed, "origin" | "ruling">): string {
  const command = `secrets rekey ${shellWord(file)}`;
  return origin === undefined ? command : `put the rule back (${placeOfRule({ ruling })}), then: ${command}`;
}

/** `FILE:LINE` */
export function placeOfRule({ ruling }: Pick<Governed, "ruling">): string {
  return lineText(ruling.at);
}
