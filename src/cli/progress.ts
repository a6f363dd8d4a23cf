/**
 * How does somebody at a terminal see that long work goes on?
 *
 * `12/300` on stderr once it has taken half a second, rewritten in place, and nothing left of it at the end.
 */
import type { Host } from "../index.ts";

const PATIENCE = 500;
const ERASE = "\r\u001b[K";

/** @returns what is told how many are done, of how many; the last call has both equal */
export function progressOn(host: Host, wanted: boolean): (done: number, total: number) => void {
  if (!wanted || !host.terminal.stderrIsTerminal) return () => undefined;
  let since: number | undefined;
  let shown = false;
  return (done, total) => {
    const now = host.now().getTime();
    since ??= now;
    if (done < total && now - since >= PATIENCE) {
      host.streams.stderr(`${ERASE}${done}/${total}`);
      shown = true;
    }
    if (done < total) return;
    if (shown) host.streams.stderr(ERASE);
    since = undefined;
    shown = false;
  };
}
