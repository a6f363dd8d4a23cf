/**
 * How is a question put to somebody at a terminal?
 *
 * On the terminal that controls the process, as ssh and age do, wherever standard input, output and error lead. It is in raw mode
 * while we ask, so that no key can end the program and leave the echo off: Ctrl-C and Ctrl-Z are answers like any other, and every
 * way out, signals included, goes through the same restoring.
 */
import { StringDecoder } from "node:string_decoder";

import { SecretsError } from "../errors.ts";
import type { Host, Terminal } from "./host.ts";

/** An open terminal: a keyboard, as `tty.ReadStream` is one, and a screen. */
export interface OpenTerminal {
  readonly setRawMode: (raw: boolean) => unknown;
  readonly on: (event: "data" | "end" | "error", listener: (chunk: Uint8Array) => void) => unknown;
  /** Throws away what was typed before. In raw mode only. */
  readonly flush: () => void;
  readonly screen: (text: string) => void;
  readonly close: () => void;
}

export interface TerminalParts {
  readonly canAsk: () => boolean;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly columns: () => number | undefined;
  /** Opens the terminal, for one question. */
  readonly open: () => OpenTerminal;
  /** Stops this process and all of its job, as Ctrl-Z does. Returns when it goes on. */
  readonly suspend: () => void;
  /** Calls back whenever the process goes on after a stop; answers the way to take it back. */
  readonly onContinue: (listener: () => void) => () => void;
  readonly onExit: Host["onExit"];
}

/** Control characters with a meaning, as the keyboard sends them. */
const key = {
  interrupt: "\u0003",
  end: "\u0004",
  erase: "\u0008",
  wipe: "\u0015",
  suspend: "\u001a",
  delete: "\u007f",
} as const;

const endsLine: ReadonlySet<string> = new Set(["\r", "\n", "\r\n"]);

/** A terminal; its questions reject with `interrupted` on Ctrl-C and Ctrl-D and with `cannot-ask` where nobody is. */
export function terminal(parts: TerminalParts): Terminal {
  const ask = async (question: string, echo: boolean): Promise<string> => {
    if (!parts.canAsk()) throw new SecretsError("cannot-ask", "this needs an answer, and nobody can be asked here");
    return readLine(parts, { question, echo });
  };
  return {
    get canAsk() {
      return parts.canAsk();
    },
    get canEdit() {
      return parts.canAsk();
    },
    stdinIsTerminal: parts.stdinIsTerminal,
    stdoutIsTerminal: parts.stdoutIsTerminal,
    stderrIsTerminal: parts.stderrIsTerminal,
    get columns() {
      return parts.columns();
    },
    ask: (question) => ask(question, true),
    askHidden: (question) => ask(question, false),
  };
}

interface Question {
  readonly question: string;
  readonly echo: boolean;
}

function readLine(parts: TerminalParts, { question, echo }: Question): Promise<string> {
  const open = parts.open();
  const decoder = new StringDecoder("utf8");
  return new Promise((resolve, reject) => {
    let line = "";
    let pending = "";
    const restore = (): unknown => open.setRawMode(false);
    /** Raw again even where it was before: a shell that was in front meanwhile may have changed it. */
    const show = (): void => {
      restore();
      open.setRawMode(true);
      open.screen(question + (echo ? line : ""));
    };
    const forgets = [parts.onExit(() => void restore()), parts.onContinue(show)];
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      restore();
      open.screen("\n");
      open.close();
      for (const forget of forgets) forget();
    };
    const cancel = (why: string): void => {
      // A terminal that is gone says so again when it is restored.
      if (!isOpen) return;
      close();
      reject(new SecretsError("interrupted", why));
    };
    const onText = (text: string): void => {
      const read = typed(line, pending + text);
      pending = read.rest;
      if (echo) open.screen(echoOf(line, read.line));
      line = read.line;
      if (read.outcome === "interrupt") cancel("interrupted at a question");
      else if (read.outcome === "end") cancel("cancelled at a question");
      else if (read.outcome === "done") {
        close();
        resolve(line);
      } else if (read.outcome === "suspend") {
        restore();
        open.screen("\n");
        parts.suspend();
        open.setRawMode(true);
        onText("");
      }
    };
    open.setRawMode(true);
    open.flush();
    open.screen(question);
    open.on("error", () => cancel("the terminal is gone"));
    open.on("end", () => cancel("the terminal is gone"));
    open.on("data", (chunk) => onText(decoder.write(chunk)));
  });
}

interface Typed {
  readonly line: string;
  readonly rest: string;
  readonly outcome: "more" | "done" | "interrupt" | "end" | "suspend";
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
    if (token === key.end) return { line: "", rest: "", outcome: "end" };
    if (token === key.suspend) return { line, rest: text.slice(at), outcome: "suspend" };
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
