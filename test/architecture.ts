/**
 * Which imports does the architecture allow?
 *
 * The layers of src/README.md as a table, and one function that names every breach. Pure, so that its tests can show that
 * each rule is able to fail.
 */

import { importsOf, resolved, type Sources, withoutComments } from "./source-graph.ts";

interface Layer {
  /** Folders (or root files) it may import from, beside itself and what every layer may. */
  readonly imports: readonly string[];
  /** A pure layer computes: it never meets a file, a process, a clock of its own or a package that does. */
  readonly pure?: boolean;
}

/** What every layer may import. */
const COMMON = ["errors.ts", "limits.ts", "words", "text"];

const lower = ["agreement", "policy", "nix", "documents", "formats", "keys", "crypto", "findings", "git", "io"];

const layers: Readonly<Record<string, Layer>> = {
  cli: { imports: ["commands", "compat", "index.ts"] },
  commands: { imports: ["index.ts"] },
  compat: { imports: ["index.ts"] },
  "index.ts": { imports: ["check", "operations", ...lower] },
  check: { imports: ["operations", ...lower] },
  operations: { imports: lower },
  policy: { imports: ["keys", "formats", "nix"], pure: true },
  nix: { imports: [], pure: true },
  documents: { imports: ["formats", "keys", "crypto"], pure: true },
  formats: { imports: [], pure: true },
  keys: { imports: ["crypto"], pure: true },
  crypto: { imports: [], pure: true },
  agreement: { imports: ["policy", "documents", "formats", "keys", "crypto"], pure: true },
  findings: { imports: ["agreement", "policy", "documents", "formats", "keys", "crypto"], pure: true },
  git: { imports: ["io"] },
  io: { imports: [] },
  words: { imports: [], pure: true },
  text: { imports: [], pure: true },
  "errors.ts": { imports: [] },
  "limits.ts": { imports: [] },
};

/** What a pure layer may take from Node: what computes, and what gives other work its turn between two computations. */
const pureNode = [
  "node:buffer",
  "node:crypto",
  "node:path",
  "node:path/posix",
  "node:stream/web",
  "node:timers/promises",
  "node:util",
];

/** Where a package or a module of Node may be imported; what is not named here may be imported anywhere. */
const reserved: readonly { readonly modules: RegExp; readonly where: RegExp; readonly says: string }[] = [
  {
    modules:
      /^(node:)?(fs|fs\/promises|child_process|process|readline|readline\/promises|tty|os|net|http|https|dgram)$/,
    where: /^io\//,
    says: "only src/io meets the system",
  },
  { modules: /^execa$/, where: /^io\//, says: "only src/io starts processes" },
  { modules: /^chalk$/, where: /^cli\/style\.ts$/, says: "only src/cli/style.ts knows colour" },
  { modules: /^commander$/, where: /^(cli|commands|compat)\//, says: "only the command line knows commander" },
  { modules: /^sshpk$/, where: /^keys\//, says: "SSH keys are read behind src/keys" },
];

/** The id of a rule of check: whoever asks for one by name is not driven by the registry. */
const RULE_ID = /\bSEC\d{3}\b/;

/** Questions that only one place asks, so that another answer is one file there. */
const questions: readonly { readonly asks: RegExp; readonly of: RegExp; readonly says: string }[] = [
  {
    asks: /\bkind\s*[!=]==\s*"(?:age|sops)"|\bcase "(?:age|sops)":/,
    of: /^(?:cli|commands|compat|index\.ts|operations\/(?!secrets\/))/,
    says: "only src/operations/secrets asks which kind of secret a file is",
  },
];

/** One line per breach, `FILE: what is wrong`; empty when the sources keep the rules. */
export function breaches(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    const layer = layers[layerOf(file)];
    if (layer === undefined) return [`${file}: ${layerOf(file)} is not a layer of the architecture`];
    const found = importsOf(text).flatMap(({ specifier }) => importBreach(file, specifier, layer) ?? []);
    if (RULE_ID.test(text) && !file.startsWith("findings/rules/")) found.push("names a rule of check by its id");
    if (mentionsProcess(text) && !file.startsWith("io/")) found.push("only src/io sees the process");
    const asked = questions.filter(({ asks, of }) => of.test(file) && asks.test(withoutComments(text)));
    found.push(...asked.map(({ says }) => says));
    return found.map((breach) => `${file}: ${breach}`);
  });
}

function importBreach(file: string, specifier: string, layer: Layer): string | undefined {
  if (specifier === "(computed)") return "an import whose target cannot be read";
  const target = resolved(file, specifier);
  if (target !== undefined) {
    const to = layerOf(target);
    if (target.startsWith("findings/rules/") && !/^findings\/(?:rules\/|index\.ts$)/.test(file)) {
      return `only the registry knows the rules of check (${specifier})`;
    }
    const allowed = to === layerOf(file) || COMMON.includes(to) || layer.imports.includes(to);
    return allowed || isManifest(target) ? undefined : `${layerOf(file)} must not import ${to} (${specifier})`;
  }
  const rule = reserved.find(({ modules, where }) => modules.test(specifier) && !where.test(file));
  if (rule !== undefined) return `imports ${specifier}, but ${rule.says}`;
  if (layer.pure === true && specifier.startsWith("node:") && !pureNode.includes(specifier)) {
    return `is pure, but imports ${specifier}`;
  }
  return undefined;
}

/** The folder below src/, or the file's own name at its root. */
function layerOf(file: string): string {
  return file.split("/")[0] ?? file;
}

/** The version number, and what `bin/` says before there is anything else, are nobody's layer. */
function isManifest(target: string): boolean {
  return target === "../package.json" || target === "../bin/secrets.json";
}

function mentionsProcess(text: string): boolean {
  return /(?<![.\w"'`/-])process\.[a-z]|\bglobalThis\.process\b/.test(withoutComments(text));
}
