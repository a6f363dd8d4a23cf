/** How does a benchmark use what is written in TypeScript, which Node 20 does not read? */
import path from "node:path";
import { rolldown } from "rolldown";

const root = path.join(import.meta.dirname, "..", "..");

/** @param entry a file, from the root of the repository. */
export async function load(entry) {
  const outfile = path.join(root, "dist", "bench", `${path.basename(entry, ".ts")}.mjs`);
  const bundle = await rolldown({
    cwd: root,
    input: entry,
    platform: "node",
    external: /^[^./]/,
    transform: { define: { "import.meta.dirname": JSON.stringify(path.join(root, path.dirname(entry))) } },
    logLevel: "warn",
    checks: { ineffectiveDynamicImport: false },
  });
  await bundle.write({ file: outfile, format: "esm", codeSplitting: false });
  return import(outfile);
}
