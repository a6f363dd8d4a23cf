/**
 * How many checks did each real tool take part in?
 *
 * Prints one line behind vitest's own summary, such as "interop checks: age 120, rage 96".
 */
import type { Reporter, TestModule } from "vitest/node";

export class InteropReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("passed")) {
        const { peer } = test.meta();
        if (peer !== undefined) counts.set(peer, (counts.get(peer) ?? 0) + 1);
      }
    }
    if (counts.size === 0) return;
    const sums = [...counts].map(([peer, count]) => `${peer} ${count}`).toSorted();
    process.stdout.write(`interop checks: ${sums.join(", ")}\n`);
  }
}
