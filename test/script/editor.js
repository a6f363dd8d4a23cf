/**
 * What does somebody do in the editor?
 *
 * Run as `node editor.js FOLDER … FILE`: notes what it was given in FOLDER/notes.json, then does to FILE what stands first in
 * FOLDER/queue.json.
 */

import { appendFileSync, copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const folder = process.argv[2];
const file = process.argv.at(-1);
const queueFile = path.join(folder, "queue.json");
const [session, ...rest] = JSON.parse(readFileSync(queueFile, "utf8"));

const notes = {
  path: path.resolve(file),
  content: readFileSync(file, "utf8"),
  mode: bits(file),
  folderMode: bits(path.dirname(file)),
};
note({});
if (session === undefined) complain("the script gave the editor nothing to do");
writeFileSync(queueFile, JSON.stringify(rest));

const actions = {
  nothing: () => {},
  append: (text) => appendFileSync(file, text),
  text: (text) => writeFileSync(file, text),
  write: (source) => writeFileSync(file, readFileSync(source)),
  delete: () => rmSync(file),
  exit: (code) => process.exit(Number(code)),
  signal: (name) => process.kill(process.pid, name),
  copy: (target) => copyFileSync(file, target),
  replace: (from, to) => {
    const text = readFileSync(file, "utf8");
    if (!text.includes(from)) complain(`there is no ${JSON.stringify(from)} to replace`);
    writeFileSync(
      file,
      text.replace(from, () => to),
    );
  },
};
for (const [verb, ...words] of session) actions[verb](...words);

function bits(target) {
  return (statSync(target).mode & 0o777).toString(8);
}

function note(more) {
  writeFileSync(path.join(folder, "notes.json"), JSON.stringify({ ...notes, ...more }));
}

function complain(complaint) {
  note({ complaint });
  process.exit(97);
}
