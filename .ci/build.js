/**
 * How do the sources become what is published?
 *
 * Two builds from one source: `tsc` gives the library (dist/, unbundled ESM with types, dependencies declared), `esbuild`
 * the program behind bin/ (dist/program/, bundled, readable, split where the sources import on demand). Both start from an
 * empty dist/ and give the same bytes for the same sources. Says nothing unless it fails.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

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
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: "src/cli/main.ts", "node-host": "src/io/node-host.ts" },
    outdir: program,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // For Node, yaml offers CommonJS, whose names an on-demand import of a bundle does not have. Its other build is the same code.
    alias: { yaml: path.join(root, "node_modules", "yaml", "browser", "index.js") },
    // CommonJS inside the bundle (sshpk, bcrypt-pbkdf, execa's cross-spawn) calls `require` for Node's own modules.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module";\nconst require = makeRequire(import.meta.url);',
    },
    legalComments: "inline",
    logLevel: "warning",
    metafile: true,
  }).catch(() => process.exit(1)); // esbuild has said why
  writeFileSync(path.join(program, "THIRD-PARTY-LICENSES.txt"), licenses(Object.keys(metafile.inputs)));
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
