/** How is a name shown that may hold anything? With what would act on a terminal or a log as an escape. */

// Controls of ASCII and C1, what turns the direction of text around, the line ends of Unicode; and, at any place of a line, the
// commands that build servers take from logs: `##[…]`, `##vso[…]`, `##teamcity[…]`.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]|(?<=#)#(?=\w*\[)/gu;

export function visible(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
