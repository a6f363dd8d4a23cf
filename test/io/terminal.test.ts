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
}

function fake(canAsk = true): Fake {
  const events = new EventEmitter();
  const cleanups = new Set<() => unknown>();
  let raw = false;
  let shown = "";
  return {
    parts: {
      canAsk,
      stdoutIsTerminal: true,
      stderrIsTerminal: true,
      keyboard: () => ({
        setRawMode: (on) => (raw = on),
        on: (event, listener) => events.on(event, listener),
        removeListener: (event, listener) => events.removeListener(event, listener),
        resume: () => undefined,
        pause: () => undefined,
      }),
      screen: (text) => (shown += text),
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
    ["can be mended with backspace", ["sex\u007fc\bd\r"], "sed"],
    ["loses a whole character to a backspace", ["a🔑\u007f\r"], "a"],
    ["can be wiped with Ctrl-U", ["wrong\u0015right\r"], "right"],
    ["may be pasted between brackets", ["\u001b[200~pasted\u001b[201~\r"], "pasted"],
    ["may be pasted in pieces", ["\u001b", "[20", "0~pas", "ted\u001b[201", "~\r"], "pasted"],
    ["ignores arrows and function keys", ["a\u001b[Ab\u001bOPc\u001b[1;5D\r"], "abc"],
    ["ends after a lone Escape too", ["a\u001b", "\r"], "a"],
    ["is empty for Ctrl-D", ["\u0004"], ""],
    ["is what was typed before Ctrl-D", ["half\u0004"], "half"],
    ["ignores other control characters", ["a\u001ab\u0000c\r"], "abc"],
  ])("%s", async (_, chunks, expected) => {
    expect(await hidden(...chunks)).toBe(expected);
  });

  test("is decoded also where a character comes in two pieces", async () => {
    const bytes = Buffer.from("ä\r");
    expect(await hidden(bytes.subarray(0, 1), bytes.subarray(1))).toBe("ä");
  });
});

test("what was typed ahead answers the next question", async () => {
  const it = fake();
  const { ask, askHidden } = terminal(it.parts);
  const first = askHidden("one: ");
  it.type("1\r\n2\r3");
  expect(await first).toBe("1");
  expect(await ask("two: ")).toBe("2");
  const third = ask("three: ");
  it.type("\r");
  expect(await third).toBe("3");
});

test("a clear answer is shown as it is typed and mended", async () => {
  const it = fake();
  const answer = terminal(it.parts).ask("Sure? ");
  it.type("n");
  it.type("\u007f");
  it.type("yes\r");
  expect(await answer).toBe("yes");
  expect(it.shown()).toBe("Sure? n\b \byes\n");
});

test("Ctrl-C rejects as an interruption, with the terminal restored", async () => {
  const it = fake();
  const answer = terminal(it.parts).askHidden("? ");
  expect(it.raw()).toBe(true);
  it.type("half\u0003");
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

test("a terminal that goes away ends the question", async () => {
  const ended = fake();
  const answer = terminal(ended.parts).ask("? ");
  ended.emit("end");
  expect(await answer).toBe("");
  const broken = fake();
  const failing = terminal(broken.parts).ask("? ");
  broken.emit("error");
  await expect(failing).rejects.toMatchObject({ code: "interrupted" });
});

test("where nobody is, a question is cannot-ask and nothing is shown", async () => {
  const it = fake(false);
  await expect(terminal(it.parts).ask("? ")).rejects.toMatchObject({ code: "cannot-ask" });
  await expect(terminal(it.parts).askHidden("? ")).rejects.toMatchObject({ code: "cannot-ask" });
  expect(it.shown()).toBe("");
});
