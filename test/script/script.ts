/**
 * Does the program do what the script says?
 *
 * Plays a script line by line; the first line that does not hold ends it, with its number and both streams of the last call.
 */

import { parseArchive, wordsOf } from "./archive.ts";
import { actions, checks } from "./commands.ts";
import { spawnSync } from "node:child_process";
import { splitWords } from "../../src/io/words.ts";
import { commandsIn, faultInHints, shapeOf } from "./hints.ts";
import { closeStage, editorNotes, editorQueue, openStage, type Program, type Stage } from "./stage.ts";

/** Whether the script asks to be played on the built program as well: its first line has `[program]`. */
export function isForBuiltProgram(text: string): boolean {
  return /^#.*\[program\]/.test(text);
}

/** Plays `text`; `name` is what errors call it. Rejects when a line does not hold. */
export async function play(name: string, text: string, program: Program): Promise<void> {
  const { script, files } = parseArchive(text);
  const stage = openStage(files, program);
  let [number, line] = [0, ""];
  try {
    for ([number, line] of script.split("\n").entries()) {
      const words = wordsOf(line, (variable) => lookUp(stage, variable));
      if (words.length > 0) await obey(stage, words);
    }
    line = "the end";
    checkNothingIsLeft(stage);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { code, stdout, stderr } = stage.last;
    throw new Error(
      `${name}:${number + 1}: ${line.trim()}\n${why}\n[exit ${code}]\n[stdout]\n${stdout.toString()}\n[stderr]\n${stderr}`,
      { cause: error },
    );
  } finally {
    closeStage(stage);
  }
}

function lookUp(stage: Stage, name: string): string {
  const value = stage.variables.get(name) ?? stage.env[name];
  if (value === undefined) throw new Error(`nothing is called \${${name}}`);
  return value;
}

async function obey(stage: Stage, words: readonly string[]): Promise<void> {
  const isNegated = words[0] === "!";
  const [verb = "", ...rest] = isNegated ? words.slice(1) : words;
  if (verb === "secrets") return await call(stage, rest, isNegated ? "not zero" : 0);
  if (verb === "exit" && rest[1] === "secrets" && !isNegated) {
    return await call(stage, rest.slice(2), Number(rest[0]));
  }
  if (verb === "follow" && !isNegated) return await follow(stage, { pattern: rest[0] ?? "", wanted: 0 });
  if (verb === "exit" && rest[1] === "follow" && !isNegated) {
    return await follow(stage, { pattern: rest[2] ?? "", wanted: Number(rest[0]) });
  }
  const check = checks[verb];
  if (check !== undefined) {
    const why = check(stage, rest);
    if (isNegated && why === undefined) throw new Error("it holds");
    if (!isNegated && why !== undefined) throw new Error(why);
    return;
  }
  const action = actions[verb];
  if (action === undefined || isNegated) throw new Error(`unknown command: ${words.join(" ")}`);
  action(stage, rest);
}

/** Every hint that a script followed, by its shape. */
export const followed = new Set<string>();

/** Does what the last call's hint says, pasted as it stands; of several commands, the last that `pattern` fits. */
async function follow(
  stage: Stage,
  { pattern, wanted }: { readonly pattern: string; readonly wanted: number },
): Promise<void> {
  const command = commandsIn(stage.last.stderr).findLast((each) => new RegExp(pattern).test(each));
  if (command === undefined) throw new Error("no hint gives such a command");
  followed.add(shapeOf(command));
  for (const part of command.split(/ && | (?=\| )/)) {
    const piped = part.replace(/^\| /, "");
    if (piped.startsWith("secrets ")) await call(stage, splitWords(piped).slice(1), wanted);
    else {
      const { status, stdout } = spawnSync("sh", ["-c", part], { cwd: stage.cwd, env: stage.env });
      if (status !== 0) throw new Error(`it fails: ${part}`);
      stage.stdin = stdout;
    }
  }
}

async function call(stage: Stage, argv: readonly string[], wanted: number | "not zero"): Promise<void> {
  stage.last = await stage.program({
    argv,
    cwd: stage.cwd,
    env: { ...stage.env },
    stdin: stage.stdin,
    answers: stage.answers,
    isTerminal: stage.isTerminal,
    hasEditor: editorQueue(stage).length > 0,
    uid: stage.uid,
    etc: `${stage.root}/etc`,
  });
  stage.stdin = new Uint8Array();
  const { code, stderr } = stage.last;
  const complaint = editorNotes(stage)?.complaint;
  if (complaint !== undefined) throw new Error(complaint);
  if (stage.secrets.some((secret) => stderr.includes(secret))) throw new Error("a secret stands on standard error");
  // A bug of ours is never what a script means by failure.
  const fault = await faultInHints(argv, stderr);
  if (fault !== undefined) throw new Error(fault);
  const isWanted = wanted === "not zero" ? code !== 0 && code !== 70 : code === wanted;
  if (!isWanted) throw new Error(`the exit code is ${code}, not ${wanted}`);
}

function checkNothingIsLeft(stage: Stage): void {
  if (stage.answers.length > 0) throw new Error(`nobody asked for: ${stage.answers.join(", ")}`);
  if (editorQueue(stage).length > 0) throw new Error("the editor was not started as often as the script says");
}
