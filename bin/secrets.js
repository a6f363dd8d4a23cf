#!/usr/bin/env node
/**
 * How does the program start?
 *
 * Puts the command line and the real world together and nothing else. A lone `--version` is answered before anything is
 * loaded, so that it costs what bare Node costs: that is why this file is CommonJS and writes without a stream.
 */
"use strict";

const { existsSync, readFileSync, statSync, writeSync } = require("node:fs");
const path = require("node:path");

const root = path.dirname(__dirname);
const [, started, ...argv] = process.argv;

if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) printVersion();
else void start();

function printVersion() {
  writeSync(1, `${JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version}\n`);
}

async function start() {
  const obstacle = whatIsMissing();
  if (obstacle !== undefined) {
    say(obstacle);
    process.exitCode = 2;
    return;
  }
  keepCompiledCode();
  const { frontEndFor, main } = require("../dist/program/main.cjs");
  const { hardenProcess, nodeHost } = require("../dist/program/node-host.cjs");
  hardenProcess();
  const host = hostIfAny(nodeHost);
  if (host === undefined) return;
  let isAnswered = false;
  // Nothing left to wait for, and no answer: that is a bug of ours, not a success.
  process.once("exit", (code) => {
    if (!isAnswered && code === 0) process.exitCode = 70;
  });
  // No process.exit: what is still on its way to a pipe would be cut off.
  process.exitCode = await main(argv, host, await frontEndFor(started));
  isAnswered = true;
  // Node wants to reset the terminal when it ends, and aborts where that has been closed. Whoever died of it dies by its signal.
  if (process.exitCode === 129) process.once("beforeExit", () => process.kill(process.pid, "SIGHUP"));
}

/** As the program says it: it has the words from the same file. */
function say({ message, hint }) {
  const { program, kinds } = require("./secrets.json");
  writeSync(2, `${program}${kinds.error} ${message}\n${program}${kinds.hint} ${hint}\n`);
}

/** The real world; where it cannot be had, as in a directory that was removed, that is said, and main never begins. */
function hostIfAny(nodeHost) {
  try {
    return nodeHost();
  } catch (error) {
    if (error.code !== "io") throw error;
    say({ message: error.message, hint: "cd into a directory that is there" });
    process.exitCode = 5;
    return undefined;
  }
}

/** Why the program cannot start here, if it cannot. */
function whatIsMissing() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNewEnough = major === 20 ? minor >= 19 : major > 22 || (major === 22 && minor >= 12);
  if (!isNewEnough) {
    return { message: `Node ${process.versions.node} is too old`, hint: "install Node 20.19, 22.12 or newer" };
  }
  if (!existsSync(path.join(root, "dist", "program", "main.cjs"))) {
    return { message: "the program has not been built", hint: `npm run build, in ${root}` };
  }
  return undefined;
}

/**
 * Lets Node keep its compiled code, where it can (22.1 and newer) and where only this user writes: code that another user
 * may replace, as in Node's own choice below the system's temporary folder, has no business in a secrets tool.
 */
function keepCompiledCode() {
  const { enableCompileCache } = require("node:module");
  const { HOME, XDG_CACHE_HOME, NODE_COMPILE_CACHE } = process.env;
  const cache = XDG_CACHE_HOME || (HOME && path.join(HOME, ".cache"));
  if (enableCompileCache === undefined || NODE_COMPILE_CACHE || !cache) return;
  const owner = statSync(cache, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && owner === process.getuid?.()) {
    enableCompileCache(path.join(cache, "secrets-cli", "compiled"));
  }
}
