/** A git that hangs: whoever ends us ends it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { configure, openGround } from "./hostile.ts";

const program = path.join(import.meta.dirname, "..", "..", "bin", "secrets.js");

test.skipIf(process.platform === "win32").each(["ls", "check", "check --staged", "check --history", "rekey --plan"])(
  "secrets %s is ended, and git with it",
  async (words) => {
    const ground = openGround();
    onTestFinished(() => ground.dispose());
    ground.git(".", "init", "--quiet", "work");
    ground.write("work/file", "");
    // Whatever is asked, the configuration is read first.
    const pipe = ground.at("included");
    spawnSync("mkfifo", [pipe]);
    configure(ground, "work", { "include.path": pipe });
    const child = spawn(process.execPath, [program, ...words.split(" ")], { cwd: ground.at("work"), env: ground.env });
    const ended = once(child, "close");

    // Opens when git reads it, which then waits for us.
    const writer = await open(pipe, "w");
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    const unread = async () => {
      for (;;) await writer.write("#\n");
    };
    await expect(unread()).rejects.toMatchObject({ code: "EPIPE" });
    await writer.close();
  },
);
