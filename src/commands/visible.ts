/** How is a name shown that may hold anything? With what would act on a terminal as an escape. */

// Controls of ASCII and C1, and the marks that turn the direction of text around.
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function visible(text: string): string {
  return text.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
