/**
 * What does a POSIX extended expression find in a text?
 *
 * RE2 matches in linear time, whatever the expression; it reads the same syntax but for backslashes within brackets, which POSIX takes
 * as they are. (std::regex::extended of libstdc++, which Nix uses)
 */
import { PATTERN, patternWeight } from "../../limits.ts";
import { ask, growItems, overLimit, step, type Machine, type Matcher } from "../machine.ts";
import { NixError } from "../source.ts";
import { done, listValue, type Lazy, type Value } from "../value.ts";

/** `match`: null, or what the groups hold; the whole text has to fit. */
export function match(machine: Machine, pattern: string, text: string): Value {
  const matcher = matcherOf(machine, pattern, text);
  return matcher.matches() ? groups(matcher) : null;
}

/** `split`: text, what the groups hold of a separator, text … */
export function split(machine: Machine, pattern: string, text: string): Value {
  const matcher = matcherOf(machine, pattern, text);
  const parts: Lazy[] = [];
  let from = 0;
  while (matcher.find()) {
    parts.push(done(text.slice(from, matcher.start())), done(groups(matcher)));
    from = matcher.end();
  }
  parts.push(done(text.slice(from)));
  growItems(machine, parts.length);
  return listValue(parts);
}

function groups(matcher: Matcher): Value {
  return listValue(Array.from({ length: matcher.groupCount() }, (_, index) => done(matcher.group(index + 1))));
}

function matcherOf(machine: Machine, pattern: string, text: string): Matcher {
  const { compile } = ask(machine, "expressions");
  const weight = patternWeight(pattern);
  if (weight > PATTERN.most) throw overLimit(PATTERN);
  // RE2 may try every part of the expression at every character.
  step(machine, Math.ceil((weight * text.length) / 8));
  try {
    return compile(translated(pattern)).matcher(text);
  } catch (error) {
    if (error instanceof NixError || error instanceof RangeError) throw error;
    throw new NixError(`invalid regular expression '${pattern}'`);
  }
}

/** A bracket expression, with `]` first if it is meant and classes within; or an escaped character. */
const PARTS = /\[\^?\]?(?:\[[:.=][^\]]*\]|[^\]])*\]|\\[^]/g;

function translated(pattern: string): string {
  return pattern.replaceAll(PARTS, (part) => {
    if (part.startsWith("[")) return bracketed(part);
    if (/[.[\]{}()*+?^$|\\/]$/.test(part)) return part;
    throw new NixError(`invalid regular expression '${pattern}'`);
  });
}

function bracketed(part: string): string {
  const negation = part.startsWith("[^") ? "^" : "";
  const members = part
    .slice(1 + negation.length, -1)
    .replaceAll("\\", "\\\\")
    .replace(/^\]/, "\\]");
  return `[${negation}${members.replaceAll(/\[(?![:.=])/g, "\\[")}]`;
}
