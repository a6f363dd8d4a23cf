import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { appending, ignoreLine } from "../../src/findings/reading/commands.ts";
import { shortKey } from "../../src/findings/reading/readers.ts";

const folder = mkdtempSync(path.join(tmpdir(), "commands-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("lines are added", () => {
  test.each([
    ["behind a last line without an end", ".env", ".env\n.env.keys\n*.dec\n"],
    ["behind a whole line", ".env\n", ".env\n.env.keys\n*.dec\n"],
    ["to nothing", "", ".env.keys\n*.dec\n"],
  ])("%s", (_, before, after) => {
    const file = path.join(folder, "it's .gitignore");
    writeFileSync(file, before);
    const isCut = before !== "" && !before.endsWith("\n");
    spawnSync("sh", ["-c", appending({ file, isCut }, [".env.keys", "*.dec"])]);

    expect(readFileSync(file, "utf8")).toBe(after);
  });
});

test.each(["a b ", "we[ir]d*?\\", "#x", "!x", "plain/.env", "line\nfeed"])("git ignores %j, and no other", (name) => {
  const git = (...args: string[]) => spawnSync("git", ["-C", folder, ...args]);
  git("init", "--quiet");
  writeFileSync(path.join(folder, ".gitignore"), `${ignoreLine(name)}\n`);

  expect(git("check-ignore", "--no-index", name).status).toBe(0);
  expect(git("check-ignore", "--no-index", "weix").status).toBe(1);
});

test.each([
  ["age1hcsu5v4c2k7w3", "age1hcsu5…"],
  ["age1yubikey1qgw8x7", "age1yubikey1qgw8x…"],
  ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdV bob@example.org", "bob@example.org"],
  ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEdV", "ssh-ed25519 …AAAAIEdV"],
])("%s is told as %s", (text, short) => {
  expect(shortKey(text)).toBe(short);
});
