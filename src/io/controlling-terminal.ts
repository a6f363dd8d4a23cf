/**
 * Where is the terminal that controls this process?
 *
 * `/dev/tty`, and the console on Windows: both are there when standard input, output and error all lead elsewhere. A process that has
 * none (a session of its own, in a container say) may still have a terminal as its standard streams.
 */
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { isatty, ReadStream, WriteStream } from "node:tty";

import { ioError } from "./io-error.ts";
import type { OpenTerminal } from "./terminal.ts";

interface Device {
  readonly keyboard: string;
  readonly screen: string;
}

const isWindows = process.platform === "win32";

/** Whether there is one. Opens it and closes it again. */
export function hasTerminal(): boolean {
  return device() !== undefined;
}

/** Its keyboard alone, for a child; undefined where there is no terminal. */
export function keyboardOf(): ReadStream | undefined {
  const found = device();
  return found === undefined ? undefined : new ReadStream(openDevice(found.keyboard));
}

/** Its screen alone, in the same way. */
export function screenOf(): WriteStream | undefined {
  const found = device();
  return found === undefined ? undefined : new WriteStream(openDevice(found.screen));
}

/** @throws SecretsError `io` */
export function openTerminal(): OpenTerminal {
  const found = device() ?? devices()[0];
  try {
    // A stream of its own for every question: one that is merely paused would go on reading what is meant for others.
    const keyboard = new ReadStream(openDevice(found.keyboard));
    const screen = openDevice(found.screen);
    return {
      setRawMode: (raw) => keyboard.setRawMode(raw),
      on: (event, listener) => keyboard.on(event, listener),
      flush: () => flush(found),
      screen: (text) => show(screen, text),
      close: () => {
        keyboard.removeAllListeners("data").destroy();
        closeSync(screen);
      },
    };
  } catch (error) {
    throw ioError(error, found.keyboard, "open the terminal");
  }
}

/** The whole job, as Ctrl-Z would: a pipeline of which one part goes on would keep the shell waiting. */
export function suspend(): void {
  if (!isWindows) process.kill(0, "SIGTSTP");
}

/** As `TerminalParts.onContinue`. */
export function onContinue(listener: () => void): () => void {
  process.on("SIGCONT", listener);
  return () => void process.removeListener("SIGCONT", listener);
}

function device(): Device | undefined {
  return devices().find(({ keyboard }) => canOpen(keyboard));
}

function devices(): readonly [Device, ...Device[]] {
  if (isWindows) return [{ keyboard: String.raw`\\.\CONIN$`, screen: String.raw`\\.\CONOUT$` }];
  const controlling = { keyboard: "/dev/tty", screen: "/dev/tty" };
  const standard = { keyboard: "/dev/stdin", screen: "/dev/stderr" };
  return isatty(0) && isatty(2) ? [controlling, standard] : [controlling];
}

function canOpen(path: string): boolean {
  try {
    closeSync(openDevice(path));
    return true;
  } catch {
    return false;
  }
}

/** Never makes it the terminal that controls us: who started us decided about that. */
function openDevice(path: string, more = 0): number {
  return openSync(path, isWindows ? "r+" : constants.O_RDWR | constants.O_NOCTTY | more);
}

function show(screen: number, text: string): void {
  try {
    writeSync(screen, text);
  } catch {
    // A terminal that is gone; the keyboard says so too.
  }
}

/** In raw mode all that waits is there to be read; Node has no tcflush. */
function flush({ keyboard }: Device): void {
  if (isWindows) return;
  const waiting = openDevice(keyboard, constants.O_NONBLOCK);
  try {
    while (readSync(waiting, Buffer.alloc(4096)) > 0);
  } catch {
    // EAGAIN: nothing waits any more. Another error meets who reads next.
  } finally {
    closeSync(waiting);
  }
}
