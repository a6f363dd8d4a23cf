/** How do the tests start a program that may be killed? Bundled once, because Node 20 runs no TypeScript. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { rolldown } from "rolldown";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** The first line it prints. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<Ended>;
}

export interface Program {
  readonly path: string;
  readonly start: (args: readonly string[], env?: Readonly<Record<string, string>>) => Running;
  readonly remove: () => void;
}

/** Bundles a TypeScript file; `name` is relative to this folder. */
export async function bundled(name: string): Promise<Program> {
  const directory = mkdtempSync(join(tmpdir(), "bundled-test-"));
  const outfile = join(directory, "program.mjs");
  const execa = pathToFileURL(createRequire(import.meta.url).resolve("execa")).href;
  const bundle = await rolldown({
    input: resolve(import.meta.dirname, name),
    platform: "node",
    logLevel: "silent",
    resolve: { alias: { execa } },
    external: [execa],
  });
  await bundle.write({ file: outfile, format: "esm", codeSplitting: false });
  return {
    path: outfile,
    start: (args, env) => start([outfile, ...args], env),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const output = { stdout: "", stderr: "" };
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output.stdout += chunk.toString();
      if (output.stdout.includes("\n")) resolve(output.stdout.split("\n")[0] ?? "");
    });
  });
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, firstLine, ended };
}
