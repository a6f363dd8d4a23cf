/**
 * How do the sources become what is published?
 *
 * Two builds from one source: `tsc` gives the library (dist/, unbundled ESM with types, dependencies declared), `rolldown`
 * the program behind bin/ (dist/program/, bundled, readable, split where the sources import on demand; CommonJS, because Node
 * loads fifty small files of it faster than fifty ES modules). Both start from an
 * empty dist/ and give the same bytes for the same sources. Says nothing unless it fails.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");
const program = path.join(dist, "program");

rmSync(dist, { recursive: true, force: true });
buildLibrary();
await buildProgram();

/** The library: only what src/index.ts reaches, file by file. */
function buildLibrary() {
  const require = createRequire(import.meta.url);
  const tsc = path.join(path.dirname(require.resolve("typescript/package.json")), "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", path.join(root, ".ci", "tsconfig.build.json")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** The program: two entries that bin/secrets.js puts together, and chunks that load when they are first needed. */
async function buildProgram() {
  const bundle = await rolldown({
    cwd: root,
    input: { main: "src/cli/main.ts", "node-host": "src/io/node-host.ts" },
    platform: "node",
    // For Node, yaml offers CommonJS, which cannot be bundled as well. Its other build is the same code.
    resolve: { alias: { yaml: path.join(root, "node_modules", "yaml", "browser", "index.js") } },
    transform: { target: "node20.19" },
    logLevel: "warn",
    // What several parts import at once and one on demand: then it is there already, which is as well.
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.write({
    dir: program,
    format: "cjs",
    exports: "named",
    entryFileNames: "[name].cjs",
    chunkFileNames: "chunks/[name]-[hash].cjs",
    comments: { annotation: false, jsdoc: false, legal: true },
  });
  const inputs = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  writeFileSync(
    path.join(program, "THIRD-PARTY-LICENSES.txt"),
    licenses(inputs.map((input) => path.relative(root, input))),
  );
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
