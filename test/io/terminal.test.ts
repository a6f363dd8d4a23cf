/** Are questions asked so that the terminal is left as it was, whatever is typed? */
import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";

import { terminal, type TerminalParts } from "../../src/io/terminal.ts";

interface Fake {
  readonly parts: TerminalParts;
  readonly type: (text: string | Uint8Array) => void;
  readonly emit: (event: "end" | "error") => void;
  readonly shown: () => string;
  readonly raw: () => boolean;
  readonly listeners: () => number;
  readonly cleanups: Set<() => unknown>;
  /** What happened to the terminal, in order. */
  readonly log: string[];
  readonly goOn: () => void;
}

function fake(canAsk = true): Fake {
  const events = new EventEmitter();
  const cleanups = new Set<() => unknown>();
  const continues = new Set<() => void>();
  const log: string[] = [];
  let raw = false;
  let shown = "";
  return {
    parts: {
      canAsk: () => canAsk,
      stdinIsTerminal: true,
      stdoutIsTerminal: true,
      stderrIsTerminal: true,
      columns: () => 80,
      open: () => ({
        setRawMode: (on) => {
          raw = on;
          log.push(on ? "raw" : "cooked");
        },
        on: (event, listener) => events.on(event, listener),
        flush: () => void log.push("flush"),
        screen: (text) => (shown += text),
        close: () => {
          events.removeAllListeners();
          log.push("close");
        },
      }),
      suspend: () => void log.push("suspend"),
      onContinue: (listener) => {
        continues.add(listener);
        return () => continues.delete(listener);
      },
      onExit: (cleanup) => {
        cleanups.add(cleanup);
        return () => cleanups.delete(cleanup);
      },
    },
    type: (text) => events.emit("data", Buffer.from(text)),
    emit: (event) => events.emit(event),
    shown: () => shown,
    raw: () => raw,
    listeners: () => events.eventNames().length,
    cleanups,
    log,
    goOn: () => {
      for (const listener of continues) listener();
    },
  };
}

async function hidden(...chunks: (string | Uint8Array)[]): Promise<string> {
  const it = fake();
  const answer = terminal(it.parts).askHidden("Passphrase: ");
  for (const chunk of chunks) it.type(chunk);
  const text = await answer;
  expect(it.shown()).toBe("Passphrase: \n");
  expect([it.raw(), it.listeners(), it.cleanups.size]).toEqual([false, 0, 0]);
  return text;
}

describe("a hidden answer", () => {
  test.each<readonly [string, readonly string[], string]>([
    ["ends with Enter", ["secret\r"], "secret"],
    ["ends with a line feed", ["secret\n"], "secret"],
    ["may come key by key", ["s", "e", "c", "\r"], "sec"],
    ["may hold blanks, tabs and other scripts", [" a\tß日本 🔑 \r"], " a\tß日本 🔑 "],
    ["can be corrected with backspace", ["sex\u007fc\bd\r"], "sed"],
    ["loses a whole character to a backspace", ["a🔑\u007f\r"], "a"],
    ["can be wiped with Ctrl-U", ["wrong\u0015right\r"], "right"],
    ["may be pasted between brackets", ["\u001b[200~pasted\u001b[201~\r"], "pasted"],
    ["may be pasted in pieces", ["\u001b", "[20", "0~pas", "ted\u001b[201", "~\r"], "pasted"],
    ["ignores arrows and function keys", ["a\u001b[Ab\u001bOPc\u001b[1;5D\r"], "abc"],
    ["ends after a lone Escape too", ["a\u001b", "\r"], "a"],
    ["ignores other control characters", ["a\u0019b\u0000c\r"], "abc"],
  ])("%s", async (_, chunks, expected) => {
    expect(await hidden(...chunks)).toBe(expected);
  });

  test("is decoded also where a character comes in two pieces", async () => {
    const bytes = Buffer.from("ä\r");
    expect(await hidden(bytes.subarray(0, 1), bytes.subarray(1))).toBe("ä");
  });
});

test("what was typed before a question is thrown away, once the echo is off", async () => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  expect(it.log).toEqual(["raw", "flush"]);
  it.type("\r");
  await answer;
  expect(it.log).toEqual(["raw", "flush", "cooked", "close"]);
});

test("what comes behind the answer is not an answer to the next question", async () => {
  const it = fake();
  const { askHidden } = terminal(it.parts);
  const first = askHidden("one: ");
  it.type("1\r\n2\r");
  expect(await first).toBe("1");
  const second = askHidden("two: ");
  it.type("3\r");
  expect(await second).toBe("3");
});

test("a clear answer is shown as it is typed and fixed", async () => {
  const it = fake();
  const answer = terminal(it.parts).ask("Sure? ");
  it.type("n");
  it.type("\u007f");
  it.type("yes\r");
  expect(await answer).toBe("yes");
  expect(it.shown()).toBe("Sure? n\b \byes\n");
});

test.each([
  ["Ctrl-C", "half\u0003"],
  ["Ctrl-D", "\u0004"],
  ["Ctrl-D behind text", "half\u0004"],
])("%s rejects as an interruption, with the terminal restored", async (_, typed) => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  expect(it.raw()).toBe(true);
  it.type(typed);
  await expect(answer).rejects.toMatchObject({ code: "interrupted" });
  expect([it.raw(), it.listeners(), it.cleanups.size]).toEqual([false, 0, 0]);
});

test("a signal at a question restores the terminal", async () => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  for (const cleanup of it.cleanups) cleanup();
  expect(it.raw()).toBe(false);
  it.type("\r");
  await answer;
});

test("Ctrl-Z stops the job with the echo restored, and the question goes on behind it", async () => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  it.type("ha\u001alf");
  expect(it.log.slice(2)).toEqual(["cooked", "suspend", "raw"]);
  it.type("\r");
  expect(await answer).toBe("half");
});

test("after a stop the question is shown again, and the terminal is raw whatever a shell made of it", async () => {
  const it = fake();
  const answer = terminal(it.parts).ask("Sure? ");
  it.type("ye");
  it.goOn();
  expect(it.log.slice(2)).toEqual(["cooked", "raw"]);
  it.type("s\r");
  expect(await answer).toBe("yes");
  expect(it.shown()).toBe("Sure? yeSure? yes\n");
  it.goOn();
  expect(it.raw()).toBe(false);
});

test.each(["end", "error"] as const)("a terminal that goes away (%s) gives no answer", async (event) => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  it.type("half");
  it.emit(event);
  await expect(answer).rejects.toMatchObject({ code: "interrupted" });
  expect([it.raw(), it.listeners(), it.cleanups.size]).toEqual([false, 0, 0]);
});

test("where nobody is, a question is cannot-ask and nothing is shown", async () => {
  const it = fake(false);
  await expect(terminal(it.parts).ask("? ")).rejects.toMatchObject({ code: "cannot-ask" });
  await expect(terminal(it.parts).askHidden("? ")).rejects.toMatchObject({ code: "cannot-ask" });
  expect(it.shown()).toBe("");
});
