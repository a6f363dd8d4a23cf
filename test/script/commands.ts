/**
 * What can a script say?
 *
 * Two tables. Actions do something; checks answer why they do not hold, or nothing, and `!` turns a check around.
 * README.md beside the scripts is their reference.
 */

import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { editorNotes, editorQueue, type Stage } from "./stage.ts";

type Action = (stage: Stage, words: readonly string[]) => void;
type Check = (stage: Stage, words: readonly string[]) => string | undefined;

const scripts = path.join(import.meta.dirname, "..", "scripts");
const keyFolder = path.join(scripts, "keys");

export const actions: Readonly<Record<string, Action>> = {
  stdin: (stage, [file]) => {
    stage.stdin = bytesOf(stage, required(file));
  },
  "stdin-text": (stage, words) => {
    stage.stdin = Buffer.from(unescaped(words.join(" ")));
  },
  answer: (stage, words) => {
    stage.answers.push(words.join(" "));
    stage.isTerminal = true;
  },
  tty: (stage) => {
    stage.isTerminal = true;
  },
  uid: (stage, [uid]) => {
    stage.uid = Number(required(uid));
  },
  env: (stage, words) => {
    for (const word of words) {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
      stage.env[required(name)] = required(value);
    }
  },
  unset: (stage, names) => {
    for (const name of names) delete stage.env[name];
  },
  cd: (stage, [folder]) => {
    stage.cwd = at(stage, required(folder));
  },
  cp: (stage, [from, to]) => {
    const target = at(stage, required(to));
    const source = required(from);
    if (source === "stdout" || source === "stderr") writeFileSync(target, bytesOf(stage, source));
    else if (statSync(at(stage, source)).isDirectory()) cpSync(at(stage, source), target, { recursive: true });
    else copyFileSync(at(stage, source), target);
  },
  rm: (stage, files) => {
    for (const file of files) rmSync(at(stage, file), { recursive: true });
  },
  mkdir: (stage, folders) => {
    for (const folder of folders) mkdirSync(at(stage, folder), { recursive: true });
  },
  chmod: (stage, [mode, file]) => chmodSync(at(stage, required(file)), Number.parseInt(required(mode), 8)),
  fifo: (stage, [file]) => void spawnSync("mkfifo", [at(stage, required(file))]),
  symlink: (stage, [to, link]) => symlinkSync(required(to), at(stage, required(link))),
  write: (stage, [file, ...words]) => {
    mkdirSync(path.dirname(at(stage, required(file))), { recursive: true });
    writeFileSync(at(stage, required(file)), unescaped(words.join(" ")));
  },
  truncate: (stage, [file, size]) => truncateSync(at(stage, required(file)), Number(required(size))),
  concat: (stage, [to, ...files]) =>
    writeFileSync(at(stage, required(to)), Buffer.concat(files.map((file) => bytesOf(stage, file)))),
  replace: (stage, [file, pattern, text]) => {
    const before = bytesOf(stage, required(file)).toString("latin1");
    const after = before.replace(new RegExp(required(pattern)), () => required(text));
    if (after === before) throw new Error(`nothing to replace in ${file}`);
    writeFileSync(at(stage, required(file)), after, "latin1");
  },
  utf16: (stage, [file]) => {
    const text = `\ufeff${bytesOf(stage, required(file)).toString("utf8")}`;
    writeFileSync(at(stage, required(file)), text, "utf16le");
  },
  "no-tty": (stage) => {
    stage.isTerminal = false;
  },
  editor: (stage, words) => {
    const folder = path.join(stage.root, "editor");
    const session = partedBy("then", words).map((action) => editorAction(stage, action));
    writeFileSync(path.join(folder, "queue.json"), JSON.stringify([...editorQueue(stage), session]));
    stage.env["EDITOR"] ??= [process.execPath, path.join(import.meta.dirname, "editor.js"), folder]
      .map((word) => `'${word}'`)
      .join(" ");
  },
  policy: (stage, [name, file = ".sops.yaml"]) => {
    copyFileSync(path.join(scripts, "policies", `${required(name)}.yaml`), at(stage, file));
    stage.fillIn.add(path.relative(stage.work, at(stage, file)));
    for (const variable of stage.variables.keys()) if (variable.endsWith(".pub")) fillIn(stage, variable);
  },
  key: (stage, [name, kind = "age"]) => handOut(stage, kind, required(name)),
  sshkey: (stage, [name, kind = "ed25519", passphrase]) =>
    handOut(stage, passphrase === undefined ? kind : `${kind}-passphrase`, required(name)),
  git: (stage, words) => {
    if (words.join(" ") === "init -q" && !existsSync(at(stage, ".git"))) {
      cpSync(emptyRepository(), at(stage, ".git"), { recursive: true });
      return;
    }
    const result = spawnSync("git", ["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", ...words], {
      cwd: stage.cwd,
      env: stage.env,
    });
    stage.last = { code: result.status ?? -1, stdout: result.stdout, stderr: result.stderr.toString() };
    if (result.status !== 0) throw new Error("git failed");
  },
  snapshot: (stage, words) => {
    for (const file of words.length === 0 ? filesBelow(stage.work) : words.map((word) => at(stage, word))) {
      stage.snapshots.set(file, print(file));
    }
  },
  secret: (stage, words) => {
    stage.secrets.push(words.join(" "));
  },
};

export const checks: Readonly<Record<string, Check>> = {
  stdout: (stage, [pattern]) => matches(stage.last.stdout.toString(), required(pattern)),
  stderr: (stage, [pattern]) => matches(stage.last.stderr, required(pattern)),
  "stdout-is": (stage, [file]) => sameBytes(stage, "stdout", required(file)),
  "stderr-is": (stage, [file]) => sameBytes(stage, "stderr", required(file)),
  "stdout-text": (stage, words) => {
    const wanted = unescaped(words.join(" "));
    return stage.last.stdout.toString() === wanted ? undefined : `standard output is not ${JSON.stringify(wanted)}`;
  },
  cmp: (stage, [left, right]) => sameBytes(stage, required(left), required(right)),
  grep: (stage, [pattern, file]) => matches(bytesOf(stage, required(file)).toString("latin1"), required(pattern)),
  "same-lines": (stage, [pattern, left, right]) => {
    const found = [required(left), required(right)].map((file) =>
      bytesOf(stage, file)
        .toString("latin1")
        .split("\n")
        .filter((line) => new RegExp(required(pattern)).test(line))
        .join("\n"),
    );
    if (found[0] === "") return `no line matches ${pattern}`;
    return found[0] === found[1] ? undefined : "these lines differ";
  },
  exists: (stage, files) => {
    const missing = files.filter((file) => !existsSync(at(stage, file)));
    return missing.length === 0 ? undefined : `not there: ${missing.join(", ")}`;
  },
  mode: (stage, [file, mode]) => {
    const found = (statSync(at(stage, required(file))).mode & 0o777).toString(8);
    return found === mode ? undefined : `the mode is ${found}`;
  },
  lists: (stage, [folder, ...names]) => {
    const found = readdirSync(at(stage, required(folder))).sort();
    return found.join("\n") === [...names].sort().join("\n") ? undefined : `there are: ${found.join(", ")}`;
  },
  links: (stage, [link, to]) => {
    const found = readlinkSync(at(stage, required(link)));
    return found === to ? undefined : `it links to ${found}`;
  },
  untouched: (stage, words) => {
    const files = words.length === 0 ? [...stage.snapshots.keys()] : words.map((word) => at(stage, word));
    if (files.length === 0) return "there is no snapshot";
    const touched = files.filter((file) => !existsSync(file) || print(file) !== stage.snapshots.get(file));
    return touched.length === 0 ? undefined : `touched: ${touched.join(", ")}`;
  },
  "editor-saw": (stage, [pattern]) => matches(notes(stage).content, required(pattern)),
  "editor-path": (stage, [pattern]) => matches(notes(stage).path, required(pattern)),
  "editor-modes": (stage, [file, folder]) => {
    const { mode, folderMode } = notes(stage);
    return mode === file && folderMode === folder ? undefined : `the modes are ${mode} and ${folderMode}`;
  },
};

let made: string | undefined;

/** What git makes of an empty folder; made once, because nearly every script begins with it. */
function emptyRepository(): string {
  if (made === undefined) {
    const folder = mkdtempSync(path.join(tmpdir(), "script-git-"));
    execFileSync("git", ["init", "-q", "--template=", "--initial-branch=main", folder], {
      env: { PATH: process.env["PATH"] },
    });
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    made = path.join(folder, ".git");
  }
  return made;
}

/** A path of the script as a path of the system. */
function at(stage: Stage, file: string): string {
  return path.resolve(stage.cwd, file);
}

function required(word: string | undefined): string {
  if (word === undefined) throw new Error("a word is missing");
  return word;
}

function bytesOf(stage: Stage, file: string): Buffer {
  if (file === "stdout") return stage.last.stdout;
  if (file === "stderr") return Buffer.from(stage.last.stderr);
  return readFileSync(at(stage, file));
}

function sameBytes(stage: Stage, left: string, right: string): string | undefined {
  const [a, b] = [bytesOf(stage, left), bytesOf(stage, right)];
  return a.equals(b) ? undefined : `they differ:\n--- ${left}\n${a.toString()}\n--- ${right}\n${b.toString()}`;
}

function matches(text: string, pattern: string): string | undefined {
  return new RegExp(pattern, "m").test(text) ? undefined : `no match for ${pattern}`;
}

function unescaped(text: string): string {
  const meaning: Record<string, string> = { n: "\n", r: "\r", t: "\t", 0: "\0", "\\": "\\" };
  return text.replaceAll(/\\([nrt0\\])/g, (_, letter: string) => meaning[letter] ?? letter);
}

function partedBy(separator: string, words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === separator) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

const editorVerbs = ["nothing", "append", "text", "write", "delete", "exit", "copy", "replace", "signal"];

function editorAction(stage: Stage, [verb, ...words]: readonly string[]): string[] {
  if (!editorVerbs.includes(required(verb))) throw new Error(`the editor cannot ${verb}`);
  const takesFile = verb === "write" || verb === "copy";
  return [required(verb), ...words.map((word) => (takesFile ? at(stage, word) : unescaped(word)))];
}

function notes(stage: Stage) {
  const found = editorNotes(stage);
  if (found === undefined) throw new Error("the editor was never started");
  return found;
}

/** A key that was made beforehand, the next of its kind; the script's files learn its recipient. */
function handOut(stage: Stage, kind: string, name: string): void {
  const number = (stage.keys.get(kind) ?? 0) + 1;
  stage.keys.set(kind, number);
  const source = path.join(keyFolder, `${kind}-${number}`);
  if (!existsSync(source)) throw new Error(`there are only ${number - 1} keys of kind ${kind}`);
  mkdirSync(path.dirname(at(stage, name)), { recursive: true });
  copyFileSync(source, at(stage, name));
  chmodSync(at(stage, name), 0o600);
  copyFileSync(`${source}.pub`, at(stage, `${name}.pub`));
  const variable = `${path.basename(name)}.pub`;
  const recipient = readFileSync(`${source}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
  stage.variables.set(variable, recipient);
  fillIn(stage, variable);
}

/** Writes what `${variable}` stands for into the files of the script. */
function fillIn(stage: Stage, variable: string): void {
  const recipient = stage.variables.get(variable) ?? "";
  for (const file of stage.fillIn) {
    const target = path.join(stage.work, file);
    if (!existsSync(target)) continue;
    const text = readFileSync(target, "utf8");
    if (text.includes(`\${${variable}}`)) writeFileSync(target, text.replaceAll(`\${${variable}}`, recipient));
  }
}

/** What must stay the same when nobody writes a file: bytes, mode, inode, time of change. */
function print(file: string): string {
  const { ino, mtimeNs, mode } = statSync(file, { bigint: true });
  return `${ino} ${mtimeNs} ${mode} ${readFileSync(file, "latin1")}`;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !path.relative(folder, entry.parentPath).split(path.sep).includes(".git"))
    .map((entry) => path.join(entry.parentPath, entry.name));
}
