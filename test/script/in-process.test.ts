import { expect, test } from "vitest";
import type { Host } from "../../src/io/host.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { inProcess } from "./in-process.ts";
import { play } from "./script.ts";

const real = nodeHost();
const verbs: Record<string, (host: Host, words: readonly string[]) => Promise<string>> = {
  read: async (host, [file = ""]) => new TextDecoder().decode(await host.files.read(file)),
  owner: async (host, [file = ""]) => String((await host.files.stat(`${host.system.cwd}/${file}`))?.uid),
  clock: (host) => Promise.resolve(host.now().toISOString()),
  home: (host) => Promise.resolve(`${host.system.home} ${host.system.uid} ${Object.keys(host.env).sort().join(" ")}`),
  ask: async ({ terminal }) => (terminal.canAsk ? await terminal.askHidden("who? ") : "nobody"),
  run: async (host, argv) => new TextDecoder().decode((await host.run(argv, { terminal: "capture" })).stdout),
  input: async (host) => {
    const parts: Uint8Array[] = [];
    for await (const part of host.streams.stdin()) parts.push(part);
    return Buffer.concat(parts).toString();
  },
};

const program = inProcess(async ([verb = "", ...words], host) => {
  const answer = await verbs[verb]?.(host, words);
  await host.streams.stdout(new TextEncoder().encode(answer ?? ""));
  host.streams.stderr("done\n");
  return answer === undefined ? 2 : 0;
}, real);

const holds: Record<string, string> = {
  "the exit code and both streams come back": "secrets clock\nstderr ^done$\nexit 2 secrets nothing",
  "the clock stands": "secrets clock\nstdout ^2026-01-02T03:04:05.000Z$",
  "home, user and environment are the script's": "secrets home\nstdout '^/.*home 1000 GIT[A-Z_ ]* HOME PATH TMPDIR$'",
  "files are real": "secrets read ${WORK}/a\nstdout ^x$\n-- a --\nx\n",
  "files belong to the script's user":
    "secrets owner a\nstdout ^1000$\nuid 0\nsecrets owner a\nstdout ^0$\n-- a --\nx\n",
  "/etc is the script's": "write ${ETC}/ssh/key text\nsecrets read /etc/ssh/key\nstdout ^text$",
  "without a terminal nobody is asked": "secrets ask\nstdout nobody",
  "an answer is typed": "answer me\nsecrets ask\nstdout ^me$\nstderr '^who[?] $'",
  "in CI nobody is asked": "env CI=1\ntty\nsecrets ask\nstdout nobody",
  "input is handed over": "stdin-text hello\nsecrets input\nstdout ^hello$",
  "children run in the script's folder": "mkdir d\ncd d\nsecrets run /bin/pwd\nstdout work/d$",
  "children have the script's environment and no other":
    "env A=1\nsecrets run /usr/bin/env\nstdout ^A=1$\n! stdout VITEST",
};

test.each(Object.entries(holds))("%s", async (name, script) => {
  await expect(play(name, script, program)).resolves.toBeUndefined();
});

test("a question that the script did not foresee ends it", async () => {
  await expect(play("a", "tty\nsecrets ask", program)).rejects.toThrow("no answer for: who?");
});
