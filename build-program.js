/**
 * How do the sources become the program behind bin/?
 *
 * As few CommonJS files, readable and unminified. At the start, the loader of ES modules costs, each file costs, and so does every
 * line that is parsed and not needed. So what a part begins with brings along what it imports, unless an earlier part has
 * that already; what no part asks for is the last part. A part loads another one, and a package, when that is first needed.
 */

import { createRequire } from "node:module";
import path from "node:path";
import { exit } from "node:process";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = import.meta.dirname;
const program = path.join(root, "dist", "program");

/** The parts, the earlier ones needed more often, and where each begins. `rest` has what none of them reaches. */
const beginnings = {
  main: ["src/cli/main.ts", "src/io/node-host.ts", "src/index.ts"],
  read: [
    "src/operations/open-project.ts",
    "src/operations/decrypt.ts",
    "src/keys/identity-file.ts",
    "src/keys/x25519.ts",
  ],
  write: ["src/operations/set.ts", "src/policy/sops-yaml.ts"],
  sops: ["src/operations/decrypt-sops.ts", "src/operations/sops-target.ts"],
  yaml: ["src/formats/yaml.ts"],
};

/** The packages that every command needs; they are part of `main`. */
const atOnce = ["commander"];

/** What a package imports at once and uses later or, by us, never: it is loaded when it is first used. */
const deferred = {
  commander: ["node:child_process"],
  "age-encryption": [
    "@noble/post-quantum/hybrid.js",
    "@noble/curves/nist.js",
    "@noble/curves/ed25519.js",
    "@noble/hashes/scrypt.js",
  ],
};

/** @returns every file that went into it, relative to the root */
export async function buildProgram() {
  const sources = await readSources();
  const partOf = partition(sources);
  const packages = new Map(
    [...new Set([...sources.values()].flatMap(({ packages }) => packages)), ...deferred["age-encryption"]]
      .filter((specifier) => !atOnce.includes(specifier))
      .map((specifier) => [specifier, `packages/${specifier.replace(/^@|\.js$/g, "").replaceAll("/", "-")}.cjs`]),
  );
  const files = [];
  for (const part of new Set(partOf.values())) {
    const own = [...partOf].flatMap(([source, its]) => (its === part ? [source] : []));
    const stdin = { contents: tableOf(own), resolveDir: root, sourcefile: `${part}.cjs` };
    const links = [laterInPackages(packages), toOtherParts(partOf, part), toPackages(packages)];
    files.push(await bundle(`${part}.cjs`, { stdin, plugins: links }));
  }
  for (const [specifier, file] of packages) {
    const links = [laterInPackages(packages), toPackages(packages)];
    files.push(await bundle(file, { entryPoints: [specifier], plugins: links }));
  }
  return [...new Set(files.flat())];
}

/** @returns for each source the sources that are loaded with it, and the packages that it may load */
async function readSources() {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: tableOf(beginnings.main), resolveDir: root },
    bundle: true,
    platform: "node",
    packages: "external",
    write: false,
    metafile: true,
  });
  const sources = Object.entries(metafile.inputs).filter(([input]) => input.startsWith("src/"));
  return new Map(
    sources.map(([source, { imports }]) => [
      source,
      {
        atOnce: imports.filter(({ kind }) => kind === "import-statement").map(({ path: imported }) => imported),
        packages: imports
          .filter(({ external }) => external)
          .map(({ path: imported }) => imported)
          .filter(isPackage),
      },
    ]),
  );
}

/** @returns source → part */
function partition(/** @type {Awaited<ReturnType<typeof readSources>>} */ sources) {
  /** @type {Map<string, string>} */
  const partOf = new Map();
  const add = (/** @type {string} */ source, /** @type {string} */ part) => {
    if (!sources.has(source) || partOf.has(source)) return;
    partOf.set(source, part);
    for (const imported of sources.get(source)?.atOnce ?? []) add(imported, part);
  };
  for (const [part, first] of Object.entries(beginnings)) {
    for (const source of first) {
      if (!sources.has(source)) throw new Error(`${part} begins with ${source}, which is not part of the program`);
      add(source, part);
    }
  }
  for (const source of sources.keys()) add(source, "rest");
  return partOf;
}

/** A module whose members are these modules, each run when it is first asked for. */
function tableOf(/** @type {readonly string[]} */ sources) {
  const members = sources.map((source) => `  get ${JSON.stringify(source)}() { return require("./${source}"); },\n`);
  return `module.exports = {\n${members.join("")}};\n`;
}

/** Bundles one file of the program; answers what went into it. */
async function bundle(/** @type {string} */ file, /** @type {import("esbuild").BuildOptions} */ options) {
  const { metafile } = await build({
    absWorkingDir: root,
    outfile: path.join(program, file),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20.19",
    // An import on demand becomes a require on demand.
    supported: { "dynamic-import": false },
    // For Node, yaml offers CommonJS in many small modules. Its other build is the same code in one.
    alias: { yaml: path.join(root, "node_modules", "yaml", "browser", "index.js") },
    // age-encryption asks whether an identity is one, which we never give it; the mere question loads Node's WebCrypto.
    define: { CryptoKey: "undefined" },
    legalComments: "inline",
    logLevel: "warning",
    metafile: true,
    ...options,
  }).catch(() => exit(1)); // esbuild has said why
  return Object.keys(metafile.inputs);
}

/** @returns a plugin that looks up modules of other parts there, so that each module exists once */
function toOtherParts(/** @type {ReadonlyMap<string, string>} */ partOf, /** @type {string} */ part) {
  return plugin("other parts", (esbuild) => {
    esbuild.onResolve({ filter: /^\.{1,2}\// }, ({ path: specifier, resolveDir }) => {
      const source = path.relative(root, path.resolve(resolveDir, specifier)).split(path.sep).join("/");
      const owner = partOf.get(source);
      return owner === undefined || owner === part ? undefined : { path: source, namespace: "other part" };
    });
    esbuild.onLoad({ filter: /^/, namespace: "other part" }, ({ path: source }) => ({
      contents: `module.exports = require("./${partOf.get(source)}.cjs")[${JSON.stringify(source)}];`,
    }));
    esbuild.onResolve({ filter: /^/, namespace: "other part" }, ({ path: file }) => ({ path: file, external: true }));
  });
}

/** @returns a plugin that leaves packages in files of their own */
function toPackages(/** @type {ReadonlyMap<string, string>} */ packages) {
  return plugin("packages", (esbuild) => {
    esbuild.onResolve({ filter: /^[^.]/ }, ({ path: specifier, importer, kind }) => {
      const file = packages.get(specifier);
      if (file === undefined || kind === "entry-point") return undefined;
      const here = path.relative(root, importer).split(path.sep).join("/");
      // What stands beside it for a file of a package stands below it for a part.
      return { path: here.startsWith("src/") ? `./${file}` : `./${path.basename(file)}`, external: true };
    });
  });
}

/** @returns a plugin that puts off what packages import too early: by one member at a time, as they use it */
function laterInPackages(/** @type {ReadonlyMap<string, string>} */ packages) {
  return plugin("deferred", (esbuild) => {
    esbuild.onResolve({ filter: /^[^.]/ }, ({ path: specifier, importer, resolveDir }) => {
      const early = Object.entries(deferred).some(
        ([name, specifiers]) => specifiers.includes(specifier) && importer.includes(`/node_modules/${name}/`),
      );
      return early ? { path: specifier, namespace: "deferred", pluginData: resolveDir } : undefined;
    });
    esbuild.onLoad({ filter: /^/, namespace: "deferred" }, async ({ path: specifier, pluginData: resolveDir }) => {
      const found = createRequire(path.join(resolveDir, "package.json")).resolve(specifier);
      const names = Object.keys(await import(isPackage(specifier) ? pathToFileURL(found).href : specifier));
      const target = packages.get(specifier);
      const from = JSON.stringify(target === undefined ? specifier : `./${path.basename(target)}`);
      const members = names
        .filter((name) => name !== "default")
        .map((name) => `  get ${name}() { return require(${from}).${name}; },\n`);
      return { contents: `module.exports = {\n${members.join("")}};\n` };
    });
    esbuild.onResolve({ filter: /^/, namespace: "deferred" }, ({ path: file }) => ({ path: file, external: true }));
  });
}

function plugin(/** @type {string} */ name, /** @type {import("esbuild").Plugin["setup"]} */ setup) {
  return { name, setup };
}

function isPackage(/** @type {string} */ specifier) {
  return !specifier.startsWith("node:") && !specifier.startsWith(".");
}
