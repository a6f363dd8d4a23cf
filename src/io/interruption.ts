/**
 * What does a signal mean while a commit is under way?
 *
 * Before the commit point: stop, clean up, die. After it: finish, then die. Either way the commit itself does the work, and the
 * program waits for it.
 */
import { SecretsError } from "../errors.ts";
import type { Host } from "./host.ts";

export interface Interruption {
  /** Throws `interrupted` once a signal came. */
  readonly check: () => void;
  /** The content chunk by chunk, without waiting for the next one once a signal came. */
  readonly read: (content: Uint8Array | AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** All is done: the program may die. */
  readonly over: () => void;
}

/** From now until `over`, signals wait for the commit. */
export function watchSignals(host: Host): Interruption {
  let stopped = false;
  let stop: (reason: Error) => void = () => undefined;
  let settle: () => void = () => undefined;
  const signal = new Promise<never>((_, reject) => (stop = reject));
  const settled = new Promise<void>((resolve) => (settle = resolve));
  signal.catch(() => undefined);
  const forget = host.onExit(() => {
    stopped = true;
    stop(interrupted());
    return settled;
  });
  return {
    check: () => {
      if (stopped) throw interrupted();
    },
    read: (content) => readUntil(signal, content),
    over: () => {
      forget();
      settle();
    },
  };
}

async function* readUntil(
  signal: Promise<never>,
  content: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  const chunks = content[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), signal]);
      ended = next.done === true;
      if (next.done === true) break;
      yield next.value;
    }
  } finally {
    // Not awaited: a stream that waits for its source would answer only when that does.
    if (!ended) chunks.return?.().catch(() => undefined);
  }
}

function interrupted(): SecretsError {
  return new SecretsError("interrupted", "interrupted; nothing was changed");
}
