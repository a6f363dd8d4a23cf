/**
 * Could somebody read this name for another one?
 *
 * Unicode TR39 in small: a name is in normal form, shows every character that it has, and mixes no alphabets inside a word;
 * no two names of a policy look alike. A name in one alphabet is as good as any other (Юля, 田中, José), and so are
 * words of several, each in its own (юля-laptop). Pure.
 */

/** What is not seen: zero-width characters, joiners, bidirectional controls, fillers, variation selectors; a blank cell of Braille. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800]/u;

/** Turns the order of what follows around, so that a reviewer sees another text than is there. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** The alphabets in which keys and people are named; letters of any other are told from these, not from one another. */
const ALPHABETS: readonly (readonly [string, RegExp])[] = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  // What Chinese, Japanese and Korean names are written with, together.
  ["Han", /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Bopomofo}|\p{Script=Hangul}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Hebrew", /\p{Script=Hebrew}/u],
  ["Arabic", /\p{Script=Arabic}/u],
  ["Georgian", /\p{Script=Georgian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Coptic", /\p{Script=Coptic}/u],
  ["Lisu", /\p{Script=Lisu}/u],
  ["Devanagari", /\p{Script=Devanagari}/u],
  ["Thai", /\p{Script=Thai}/u],
];

/** Letters with the Latin one that they look like (the everyday part of TR39's confusables.txt). */
const TWINS: Readonly<Record<string, string>> = {
  A: "АΑ",
  B: "ВΒ",
  C: "СϹ",
  E: "ЕΕ",
  H: "НΗ",
  J: "ЈͿ",
  K: "КΚ",
  M: "МΜ",
  N: "Ν",
  P: "РΡ",
  S: "ЅՏ",
  T: "ТΤ",
  X: "ХΧ",
  Y: "УΥҮ",
  Z: "Ζ",
  a: "аɑα",
  b: "Ьь",
  c: "сϲ",
  d: "ԁ",
  e: "еҽ",
  g: "ɡց",
  h: "һհ",
  i: "іιɩ",
  j: "јϳ",
  k: "кκ",
  l: "IІΙӏƖ|",
  m: "м",
  n: "ո",
  o: "0OоοօОΟ",
  p: "рρ",
  q: "ԛ",
  s: "ѕ",
  t: "тτ",
  u: "υսʋ",
  v: "ѵν",
  w: "ԝѡ",
  x: "хχ",
  y: "уγү",
};
const LATIN = new Map(Object.entries(TWINS).flatMap(([latin, twins]) => Array.from(twins, (twin) => [twin, latin])));

/** Why a name may stand for something else than it shows: completes "the name … "; undefined where it is plain. */
export function whyUnclear(name: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(name)) return undefined;
  return whyHidden(name) ?? (name === name.normalize("NFKC") ? mixture(name) : "has letters in a compatibility form");
}

/** The same of a path, whose parts may be in any normal form but the decomposed one, and each in its own alphabet. */
export function whyUnclearPath(path: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(path)) return undefined;
  return whyHidden(path) ?? (path === path.normalize("NFC") ? mixture(path) : "has accents apart from their letters");
}

/** Invisible characters alone, for what is a name or an expression. */
export function whyHidden(text: string): string | undefined {
  const found = INVISIBLE.exec(text)?.[0];
  return found === undefined ? undefined : `has a character that cannot be seen (${codePoint(found)})`;
}

/** Where in a text its order is turned around, counted in UTF-16 units; undefined where it reads as it stands. */
export function reordering(text: string): { readonly index: number; readonly what: string } | undefined {
  const found = REORDERING.exec(text);
  return found === null ? undefined : { index: found.index, what: codePoint(found[0]) };
}

/**
 * The first name that looks like an earlier one.
 * @param names all different, in the order of the policy
 */
export function lookAlike<T extends { readonly name: string }>(
  names: readonly T[],
): { readonly earlier: T; readonly later: T } | undefined {
  const seen = new Map<string, T[]>();
  for (const later of names) {
    const key = skeleton(later.name).replaceAll(/[i1]/g, "l");
    const others = seen.get(key) ?? [];
    const earlier = others.find(({ name }) => looksLike(name, later.name));
    if (earlier !== undefined) return { earlier, later };
    seen.set(key, [...others, later]);
  }
  return undefined;
}

/** A 1 is taken for an l as well as for an i, which are not taken for each other: `ali` is not `all`, but `Ian` is `ian`. */
function looksLike(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  const others = Array.from(skeleton(b));
  return Array.from(skeleton(a)).every((letter, index) => {
    const other = others[index] ?? "";
    return letter === other || letter === "1" || other === "1";
  });
}

/** What is left of a name when letters that look the same, or are large and small, are the same. */
function skeleton(name: string): string {
  const letters = Array.from(name.normalize("NFKC"), (letter) => LATIN.get(letter) ?? letter);
  return letters.join("").toLowerCase().replaceAll("rn", "m");
}

function mixture(text: string): string | undefined {
  for (const [word] of text.matchAll(WORD)) {
    const letters = Array.from(word, (letter) => ({ letter, alphabet: alphabetOf(letter) }));
    const known = letters.filter(({ alphabet }) => alphabet !== undefined);
    const [first] = known;
    const other = known.find(({ alphabet }) => alphabet !== first?.alphabet);
    if (first !== undefined && other !== undefined) {
      return `mixes alphabets: ${described(first)}, and ${described(other)}`;
    }
  }
  return undefined;
}

function described({ letter, alphabet }: { readonly letter: string; readonly alphabet: string | undefined }): string {
  return `"${letter}" (${codePoint(letter)}) is ${alphabet}`;
}

/** Undefined for digits, marks and whatever else belongs to all of them. */
function alphabetOf(letter: string): string | undefined {
  if (/[\p{Script=Common}\p{Script=Inherited}]/u.test(letter)) return undefined;
  return ALPHABETS.find(([, of]) => of.test(letter))?.[0] ?? "of another alphabet";
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
