/**
 * What happens when a signal wants to end the program?
 *
 * Cleanups run, then the program dies by that very signal, as shells and supervisors expect (128+n). While a child owns the terminal,
 * the keyboard's signals are its business, and the others are passed on to it.
 */
import { constants } from "node:os";

import type { Signal } from "./host.ts";

const fatal: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** How long a cleanup may take before the program dies all the same, in milliseconds. */
const longest = 5000;

/** Anything that a signal can be passed on to. */
export interface Child {
  readonly kill: (signal: Signal) => unknown;
}

export interface Signals {
  /** As `Host.onExit`. */
  readonly onExit: (cleanup: () => void | Promise<void>) => () => void;
  /** From now on the child owns the terminal; the answer ends that, and says which signal was passed on. */
  readonly handOver: (child: Child) => () => Signal | undefined;
}

/** Signal handling for this process; handlers are in place only while somebody needs them. */
export function processSignals(): Signals {
  const cleanups = new Set<() => void | Promise<void>>();
  let owner: { readonly child: Child; forwarded: Signal | undefined } | undefined;
  let dying = false;
  let listening = false;

  const onSignal = (signal: Signal): void => {
    if (owner !== undefined && signal === "SIGINT") return;
    if (owner !== undefined && owner.forwarded === undefined) {
      owner.forwarded = signal;
      owner.child.kill(signal);
      return;
    }
    // Who sends a second one does not want to wait.
    if (dying) dieBy(signal);
    dying = true;
    void cleanUp(cleanups).then(() => dieBy(signal));
  };
  const dieBy = (signal: Signal): void => {
    for (const name of fatal) process.removeListener(name, onSignal);
    process.kill(process.pid, signal);
    process.exit(128 + constants.signals[signal]);
  };
  const listen = (): void => {
    const wanted = dying || owner !== undefined || cleanups.size > 0;
    if (wanted === listening) return;
    listening = wanted;
    for (const name of fatal) {
      if (wanted) process.on(name, onSignal);
      else process.removeListener(name, onSignal);
    }
  };

  return {
    onExit: (cleanup) => {
      // A copy of its own, so that the same function may be given twice.
      const entry = (): void | Promise<void> => cleanup();
      cleanups.add(entry);
      listen();
      return () => {
        cleanups.delete(entry);
        listen();
      };
    },
    handOver: (child) => {
      const before = owner;
      const mine = { child, forwarded: undefined };
      owner = mine;
      process.on("SIGQUIT", ignore);
      listen();
      return () => {
        owner = before;
        process.removeListener("SIGQUIT", ignore);
        listen();
        return mine.forwarded;
      };
    },
  };
}

async function cleanUp(cleanups: ReadonlySet<() => void | Promise<void>>): Promise<void> {
  const all = oneByOne([...cleanups].reverse());
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, longest)));
  await Promise.race([all, enough]);
  clearTimeout(timer);
}

/** The last first, each when the one before is done: what was begun inside something ends before it. */
async function oneByOne(cleanups: readonly (() => void | Promise<void>)[]): Promise<void> {
  for (const cleanup of cleanups) {
    try {
      await cleanup();
    } catch {
      // The others have to be done all the same.
    }
  }
}

function ignore(): void {
  // Not having a listener would mean to die.
}
