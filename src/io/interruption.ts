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
  const waiting = new Set<(reason: Error) => void>();
  const over = holdingBack(host, () => {
    stopped = true;
    for (const stop of waiting) stop(interrupted());
  });
  /** Not a race against one promise that lives as long as the commit: it would keep every chunk. */
  const unlessStopped = <T>(work: Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (stopped) reject(interrupted());
      waiting.add(reject);
      void work.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  const check = (): void => {
    if (stopped) throw interrupted();
  };
  return { check, read: (content) => readUntil({ check, unlessStopped }, content), over };
}

/**
 * Does work to its end: a signal that comes meanwhile ends the program afterwards.
 * @param work gets a host that no signal reaches, for a commit that must not stop for one
 */
export async function unhurried<T>(host: Host, work: (calm: Host) => Promise<T>): Promise<T> {
  const over = holdingBack(host, () => undefined);
  try {
    return await work({ ...host, onExit: () => () => undefined });
  } finally {
    over();
  }
}

/** Until the answer is called, a signal is heard of and does nothing more. */
function holdingBack(host: Host, onSignal: () => void): () => void {
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const forget = host.onExit(() => {
    onSignal();
    return settled;
  });
  return () => {
    forget();
    settle();
  };
}

interface Stoppable {
  readonly check: () => void;
  readonly unlessStopped: <T>(work: Promise<T>) => Promise<T>;
}

async function* readUntil(
  { check, unlessStopped }: Stoppable,
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
      check();
      const next = await unlessStopped(chunks.next());
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
