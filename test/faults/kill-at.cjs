/**
 * Preloaded into the program: kills it before the call number KILL_AT that changes a file. Without that number it says at the end how
 * many there were.
 */
"use strict";

const fs = require("node:fs/promises");
const { writeFileSync } = require("node:fs");

const at = Number(process.env["KILL_AT"]);
let count = 0;

function step() {
  count += 1;
  if (count === at) process.kill(process.pid, "SIGKILL");
}

for (const name of ["rename", "link", "unlink", "rmdir", "mkdir", "chmod"]) {
  const original = fs[name];
  fs[name] = (...args) => {
    step();
    return original(...args);
  };
}
const open = fs.open;
fs.open = async (path, flags, ...rest) => {
  if ((Number(flags) & 0o100) === 0) return open(path, flags, ...rest);
  step();
  const file = await open(path, flags, ...rest);
  const write = file.write.bind(file);
  file.write = (...args) => {
    step();
    return write(...args);
  };
  return file;
};
process.on("exit", () => {
  if (process.env["KILL_COUNT"] !== undefined) writeFileSync(process.env["KILL_COUNT"], String(count));
});
