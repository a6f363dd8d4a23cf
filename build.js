/**
 * How do the sources become what is published?
 *
 * Two builds from one source: `tsc` gives the library (dist/, unbundled ESM with types, dependencies declared), `esbuild`
 * the program behind bin/ (dist/program/, see build-program.js). Both start from an empty dist/ and give the same bytes for the
 * same sources. Says nothing unless it fails.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildProgram } from "./build-program.js";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");

rmSync(dist, { recursive: true, force: true });
buildLibrary();
writeFileSync(path.join(dist, "program", "THIRD-PARTY-LICENSES.txt"), licenses(await buildProgram()));

/** The library: only what src/index.ts reaches, file by file. */
function buildLibrary() {
  const require = createRequire(import.meta.url);
  const tsc = path.join(path.dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", path.join(root, "tsconfig.build.json")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The licence texts of every package that went into the bundle, which their licences ask to be kept. */
function licenses(/** @type {string[]} */ inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  return [...folders]
    .sort((a, b) => a.localeCompare(b, "en"))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? "" : `\n\n${readFileSync(path.join(root, folder, file), "utf8").trim()}`;
      return `${name} ${version} (${license})${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
