/**
 * How is a question put to somebody at a terminal?
 *
 * The terminal is in raw mode while we ask, so that no key can end the program and leave the echo off: Ctrl-C is an answer like
 * any other, and every way out, signals included, goes through the same restoring.
 */
import { StringDecoder } from "node:string_decoder";

import { SecretsError } from "../errors.ts";
import type { Host, Terminal } from "./host.ts";

/** What a terminal for reading can do: a part of `tty.ReadStream`. */
export interface Keyboard {
  readonly setRawMode: (raw: boolean) => unknown;
  readonly on: (event: "data" | "end" | "error", listener: (chunk: Uint8Array) => void) => unknown;
  readonly removeListener: (event: "data" | "end" | "error", listener: (chunk: Uint8Array) => void) => unknown;
  readonly resume: () => unknown;
  readonly pause: () => unknown;
}

export interface TerminalParts {
  readonly canAsk: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Opened when the first question is put. */
  readonly keyboard: () => Keyboard;
  readonly screen: (text: string) => void;
  readonly onExit: Host["onExit"];
}

/** Control characters with a meaning, as the keyboard sends them. */
const key = { interrupt: "\u0003", end: "\u0004", erase: "\u0008", wipe: "\u0015", delete: "\u007f" } as const;

const endsLine: ReadonlySet<string> = new Set(["\r", "\n", "\r\n", key.end]);

/** A terminal; its questions reject with `interrupted` on Ctrl-C and with `cannot-ask` where nobody is. */
export function terminal(parts: TerminalParts): Terminal {
  // What was typed ahead of the next question.
  const ahead = { text: "" };
  const ask = async (question: string, echo: boolean): Promise<string> => {
    if (!parts.canAsk) throw new SecretsError("cannot-ask", "a question would be needed, and nobody can be asked here");
    return readLine(parts, { question, echo, ahead });
  };
  return {
    canAsk: parts.canAsk,
    stdoutIsTerminal: parts.stdoutIsTerminal,
    stderrIsTerminal: parts.stderrIsTerminal,
    ask: (question) => ask(question, true),
    askHidden: (question) => ask(question, false),
  };
}

interface Question {
  readonly question: string;
  readonly echo: boolean;
  readonly ahead: { text: string };
}

function readLine(parts: TerminalParts, { question, echo, ahead }: Question): Promise<string> {
  const keyboard = parts.keyboard();
  const decoder = new StringDecoder("utf8");
  return new Promise((resolve, reject) => {
    let line = "";
    const restore = (): void => {
      keyboard.setRawMode(false);
    };
    const forget = parts.onExit(restore);
    const close = (): void => {
      keyboard.removeListener("data", onData);
      keyboard.removeListener("end", onEnd);
      keyboard.removeListener("error", onError);
      keyboard.pause();
      restore();
      forget();
      parts.screen("\n");
    };
    const onEnd = (): void => {
      close();
      resolve(line);
    };
    const onError = (): void => {
      close();
      reject(new SecretsError("interrupted", "the terminal is gone"));
    };
    const onText = (text: string): void => {
      const read = typed(line, ahead.text + text);
      ahead.text = read.rest;
      if (echo) parts.screen(echoOf(line, read.line));
      line = read.line;
      if (read.outcome === "more") return;
      close();
      if (read.outcome === "interrupt") reject(new SecretsError("interrupted", "interrupted at a question"));
      else resolve(line);
    };
    const onData = (chunk: Uint8Array): void => onText(decoder.write(chunk));
    parts.screen(question);
    keyboard.on("data", onData);
    keyboard.on("end", onEnd);
    keyboard.on("error", onError);
    keyboard.setRawMode(true);
    keyboard.resume();
    onText("");
  });
}

interface Typed {
  readonly line: string;
  readonly rest: string;
  readonly outcome: "more" | "done" | "interrupt";
}

/* oxlint-disable no-control-regex -- control characters are what terminals send */
/** One key, or what stands for one: an escape sequence (an arrow, a bracket around a paste), a line end, a character. */
const nextKey = /\u001b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[^[O\0-\u001f])?|\r\n|./suy;
/** An escape sequence whose end has not arrived yet. */
const unfinished = /^\u001b(?:\[[0-?]*[ -/]*|O)?$/;
/* oxlint-enable no-control-regex */

/** What a line becomes by the keys in `text`. Escape sequences have no meaning. */
function typed(before: string, text: string): Typed {
  let line = before;
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    if (unfinished.test(rest)) return { line, rest, outcome: "more" };
    nextKey.lastIndex = at;
    const token = nextKey.exec(text)?.[0] ?? "";
    at += token.length;
    if (token === key.interrupt) return { line: "", rest: "", outcome: "interrupt" };
    if (endsLine.has(token)) return { line, rest: text.slice(at), outcome: "done" };
    line = withKey(line, token);
  }
  return { line, rest: "", outcome: "more" };
}

function withKey(line: string, token: string): string {
  if (token === key.erase || token === key.delete) return line.replace(/.$/su, "");
  if (token === key.wipe) return "";
  return token >= " " || token === "\t" ? line + token : line;
}

/** What the screen must show so that `before` becomes `after`. */
function echoOf(before: string, after: string): string {
  if (after.startsWith(before)) return after.slice(before.length);
  const common = before.startsWith(after) ? after.length : 0;
  return before.slice(common).replaceAll(/./gsu, "\b \b") + after.slice(common);
}
