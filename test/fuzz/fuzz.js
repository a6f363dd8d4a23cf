/**
 * Where do the real sops and we differ on documents that nobody thought of?
 *
 * `npm run fuzz -- FORMAT MINUTES [SEED]`: makes documents of a format at random, and lets both encrypt, decrypt, set, unset, rotate, extract and
 * convert. Prints the seed of every batch that shows a difference without a name in `differences.ts`, and what it counted.
 * The same seed makes the same documents. Needs the real sops (test/interop/peers). Bundled first, because Node 20 runs no TypeScript.
 */
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = path.dirname(path.dirname(import.meta.dirname));
const folder = mkdtempSync(path.join(root, "node_modules", ".fuzz-"));
const file = path.join(folder, "fuzz.mjs");
try {
  const bundle = await rolldown({
    input: path.join(import.meta.dirname, "main.ts"),
    platform: "node",
    external: ["vitest"],
    logLevel: "silent",
    transform: {
      define: { "import.meta.url": JSON.stringify(pathToFileURL(path.join(root, "test", "fuzz", "main.ts")).href) },
    },
  });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  const { fuzz } = await import(pathToFileURL(file).href);
  process.exitCode = await fuzz(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
