/**
 * Which characters of this YAML text are comments, which are blank, and which say something?
 *
 * For those who change a text in place: a `#` inside a quoted or block text is not a comment. Pure.
 */

export interface YamlToken {
  readonly kind: "blank" | "comment" | "mark" | "text";
  /** Offset in UTF-16 units. */
  readonly start: number;
  readonly text: string;
}

/** All tokens in order; put together they are the text. A block text is one token, its header another. */
export async function yamlTokens(text: string): Promise<readonly YamlToken[]> {
  const { Lexer } = await import("yaml");
  const tokens: YamlToken[] = [];
  let start = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    // Lexemes that stand for no character: the begin of a document, the begin of a text, the end of a flow collection.
    if (!isText && ["\u0002", "\u001f", "\u0018"].includes(lexeme)) {
      isText = lexeme === "\u001f";
      continue;
    }
    if (lexeme !== "") tokens.push({ kind: isText ? "text" : kindOf(lexeme), start, text: lexeme });
    start += lexeme.length;
    isText = false;
  }
  return tokens;
}

function kindOf(lexeme: string): YamlToken["kind"] {
  if (lexeme.trim() === "") return "blank";
  return lexeme.startsWith("#") ? "comment" : "mark";
}
