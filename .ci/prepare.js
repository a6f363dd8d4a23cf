/**
 * How does a tree of git become a program where npm installs it?
 *
 * npm runs this after `npm ci` in a clone, and when it installs or packs from git, as pre-commit does. For `npm install --global` from
 * git it installs the tree without what builds it, because its own settings for the outer install reach the inner one: that is
 * made up for here. Where somebody leaves out what builds (`--omit=dev`), nothing is built.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const hasBuilder = () => existsSync(path.join(root, "node_modules", "rolldown"));

if (!hasBuilder() && process.env["npm_config_global"] === "true") {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(?:global|location|prefix|omit)$/i.test(name)),
  );
  const npm = process.env["npm_execpath"] ?? "npm";
  const args = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const [program, words] = npm.endsWith("js") ? [process.execPath, [npm, ...args]] : [npm, args];
  process.exitCode = spawnSync(program, words, { cwd: root, env, stdio: "inherit" }).status ?? 1;
}
if (hasBuilder()) await import("./build.js");
