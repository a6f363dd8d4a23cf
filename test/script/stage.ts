/**
 * Where does a script play?
 *
 * In a temporary folder of its own, with a home, an environment that holds nothing from outside but PATH, and what the
 * script has said about the next calls: standard input, answers, the editor.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** What a program is given. */
export interface Call {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  /** What somebody at the terminal will type, in this order; what is used is taken off. */
  readonly answers: string[];
  readonly isTerminal: boolean;
  /** Whether somebody sits at an editor, who answers no questions. */
  readonly hasEditor: boolean;
  readonly uid: number;
  /** The folder that stands for `/etc`. */
  readonly etc: string;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The program under test: `main` called here, or the built one as a child. */
export type Program = (call: Call) => Promise<Outcome>;

export interface Stage {
  readonly root: string;
  /** Where the files of the script lie. */
  readonly work: string;
  readonly program: Program;
  /** Files, relative to `work`, in which `${NAME.pub}` is filled in as keys are handed out. */
  readonly fillIn: Set<string>;
  readonly variables: Map<string, string>;
  readonly env: Record<string, string>;
  readonly answers: string[];
  readonly snapshots: Map<string, string>;
  /** Texts that must never be seen on standard error. */
  readonly secrets: string[];
  /** How many keys of each kind have been handed out. */
  readonly keys: Map<string, number>;
  cwd: string;
  stdin: Uint8Array;
  isTerminal: boolean;
  uid: number;
  last: Outcome;
}

export function openStage(files: ReadonlyMap<string, string>, program: Program): Stage {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "script-")));
  const [work, home, tmp] = ["work", "home", "tmp", "etc", "editor"].map((name) => path.join(root, name));
  for (const name of ["work", "home", "tmp", "etc", "editor"]) mkdirSync(path.join(root, name));
  for (const [name, text] of files) {
    const file = path.join(root, "work", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return {
    root,
    work: work ?? "",
    program,
    fillIn: new Set(files.keys()),
    variables: new Map([
      ["WORK", work ?? ""],
      ["ETC", path.join(root, "etc")],
    ]),
    env: {
      HOME: home ?? "",
      TMPDIR: tmp ?? "",
      PATH: process.env["PATH"] ?? "",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Somebody",
      GIT_AUTHOR_EMAIL: "somebody@example.org",
      GIT_COMMITTER_NAME: "Somebody",
      GIT_COMMITTER_EMAIL: "somebody@example.org",
    },
    answers: [],
    snapshots: new Map(),
    secrets: [],
    keys: new Map(),
    cwd: work ?? "",
    stdin: new Uint8Array(),
    isTerminal: false,
    uid: 1000,
    last: { code: 0, stdout: Buffer.alloc(0), stderr: "" },
  };
}

export function closeStage(stage: Stage): void {
  rmSync(stage.root, { recursive: true, force: true });
}

/** What the scripted editor has still to do: one list of actions per session. */
export function editorQueue(stage: Stage): string[][][] {
  const file = path.join(stage.root, "editor", "queue.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** What the scripted editor noted in its last session, if there was one. */
export function editorNotes(stage: Stage): EditorNotes | undefined {
  const file = path.join(stage.root, "editor", "notes.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

export interface EditorNotes {
  readonly path: string;
  readonly content: string;
  /** Permission bits in octal. */
  readonly mode: string;
  readonly folderMode: string;
  /** Why it could not do what the script said. */
  readonly complaint?: string;
}
