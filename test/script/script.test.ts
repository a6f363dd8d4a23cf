import { readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { parseArchive, wordsOf } from "./archive.ts";
import { isForBuiltProgram, play } from "./script.ts";
import type { Call, Outcome } from "./stage.ts";

/** A program that is simple enough to know what each script should find. */
async function stub({ argv: [verb, ...rest], cwd, env, stdin, answers, uid }: Call): Promise<Outcome> {
  const file = path.join(cwd, rest[0] ?? "");
  const outcomes: Record<string, () => Partial<Outcome>> = {
    echo: () => ({ stdout: Buffer.from(`${rest.join(" ")}\n`) }),
    cat: () => ({ stdout: Buffer.from(stdin) }),
    env: () => ({ stdout: Buffer.from(JSON.stringify(env)) }),
    uid: () => ({ stdout: Buffer.from(String(uid)) }),
    ask: () => ({ stdout: Buffer.from(answers.shift() ?? "nobody"), stderr: "who? " }),
    fail: () => ({ code: Number(rest[0]), stderr: `failed: ${rest[1]}\n` }),
    put: () => (writeFileSync(file, rest[1] ?? ""), {}),
    rewrite: () => (writeFileSync(file, readFileSync(file)), {}),
    edit: () => {
      try {
        execFileSync("sh", ["-c", `${env["EDITOR"]} "$0"`, file], { stdio: "pipe", env });
        return {};
      } catch {
        return { code: 5 };
      }
    },
  };
  return { code: 0, stdout: Buffer.alloc(0), stderr: "", ...outcomes[verb ?? ""]?.() };
}

const holds: Record<string, string> = {
  "a call that succeeds": "secrets echo hello\nstdout ^hello$\n! stderr .",
  "a call that fails": "! secrets fail 3 badly\nstderr 'failed: badly'",
  "a call that fails in one way": "exit 3 secrets fail 3",
  "quotes keep spaces and variables": "secrets echo 'a  ${b} it''s'\nstdout-text 'a  ${b} it''s\\n'",
  "a variable is looked up": "env NAME=you\nsecrets echo hello-${NAME}\nstdout ^hello-you$ # and a comment",
  "input is read once": "stdin-text 'one\\ntwo'\nsecrets cat\nstdout-text 'one\\ntwo'\nsecrets cat\nstdout-text ''",
  "input from a file": "stdin in.txt\nsecrets cat\nstdout-is in.txt\n-- in.txt --\nsome\n-- other --\nthing\n",
  "the environment is the script's": 'env A=1 B=2\nunset A\nsecrets env\n! stdout \'"A"\'\nstdout \'"B":"2"\'',
  "an answer": "answer yes please\nsecrets ask\nstdout '^yes please$'\nstderr who",
  "another user": "uid 0\nsecrets uid\nstdout ^0$",
  "a key and its recipient": "key alice\nmode alice 600\ngrep ^AGE-SECRET-KEY-1 alice\ngrep ${alice.pub} alice.pub",
  "a recipient in a file":
    "key keys/alice\n! grep \\{ policy\ngrep '^alice: age1' policy\n-- policy --\nalice: ${alice.pub}\n",
  "a policy of the fixtures":
    "key alice\npolicy one-of-two-reads\ngrep '^  alice: age1' .sops.yaml\nkey bob\ngrep '^  bob: age1' .sops.yaml",
  "a policy in another file":
    "policy plain-sops other.yaml\nkey alice\ngrep 'age: age1' other.yaml\n! exists .sops.yaml",
  "keys differ": "key alice\nkey bob\n! cmp alice bob",
  "an SSH key": "sshkey id\ngrep 'OPENSSH PRIVATE KEY' id\ngrep '^ssh-ed25519 [A-Za-z0-9+/]*' id.pub",
  "a protected SSH key": "sshkey id rsa passphrase\ngrep ^ssh-rsa id.pub",
  "a file that stays": "snapshot\nsecrets echo\nuntouched a\n-- a --\nx\n",
  "a file that is rewritten": "snapshot a\nsecrets rewrite a\n! untouched a\n-- a --\nx\n",
  "a file that appears": "! exists a\nsecrets put a text\nexists a\nlists . a\nrm a\nlists .",
  "files and folders":
    "mkdir d\ncp a d/b\ncmp a d/b\nchmod 640 d/b\nmode d/b 640\nsymlink a l\nlinks l a\n! links l b\n-- a --\nx\n",
  "another folder": "mkdir d\ncd d\nsecrets put a text\ncd ..\ngrep text d/a",
  "what came out, kept": "secrets echo hello\ncp stdout out\ngrep hello out",
  git: "git init -q\ngit add a\ngit commit -q -m first\ngit log --format=%an\nstdout ^Somebody$\n-- a --\nx\n",
  "an editor":
    "editor replace x y then append z\\n\nsecrets edit a\ngrep ^y$ a\ngrep ^z$ a\neditor-saw ^x$\neditor-path work/a$\n-- a --\nx\n",
  "an editor that fails": "editor text new then exit 3\nexit 5 secrets edit a\ngrep new a\n-- a --\nx\n",
  "an editor, twice": "editor append 1\neditor append 2\nsecrets edit a\nsecrets edit a\ngrep ^12$ a\n-- a --\n",
};

test.each(Object.entries(holds))("holds: %s", async (name, script) => {
  await expect(play(name, script, stub)).resolves.toBeUndefined();
});

const breaks: Record<string, [string, string]> = {
  "a call that fails": ["secrets echo\nsecrets fail 3 badly", ":2: secrets fail 3 badly\nthe exit code is 3"],
  "a call that should fail": ["! secrets echo hello", "the exit code is 0"],
  "a bug is not a failure": ["! secrets fail 70", "the exit code is 70"],
  "another code": ["exit 4 secrets fail 3", "the exit code is 3"],
  "standard output": ["\nsecrets echo hello\nstdout goodbye", ":3: stdout goodbye\nno match"],
  "both streams are shown": ["exit 3 secrets fail 3 badly\nstdout .", "[stderr]\nfailed: badly"],
  "a check that should not hold": ["secrets echo hello\n! stdout hello", "it holds"],
  "a missing file": ["exists nowhere", "not there: nowhere"],
  "different files": ["cmp a b\n-- a --\n1\n-- b --\n2\n", "they differ"],
  "an unknown command": ["secret-s echo", "unknown command"],
  "an unknown variable": ["secrets echo ${nobody}", ":1: secrets echo ${nobody}\nnothing is called ${nobody}"],
  "a quote left open": ["secrets echo 'a", "a quote is not closed"],
  "an answer that nobody asked for": ["answer yes\nsecrets echo", "nobody asked for: yes"],
  "an editor that was not started": ["editor nothing\nsecrets echo", "the editor was not started"],
  "an editor that knows not what to do": [
    "editor nothing\nsecrets edit a\nsecrets edit a\n-- a --\nx\n",
    ":3: secrets edit a\nthe script gave the editor nothing to do",
  ],
  "an editor that cannot do it": ["editor replace q r\nsecrets edit a\n-- a --\nx\n", 'no "q" to replace'],
  "a secret on standard error": ["secret hunter2\n! secrets fail 3 hunter2", "a secret stands on standard error"],
  "too many keys": [Array.from({ length: 11 }, (_, n) => `key k${n}`).join("\n"), "there are only 10 keys"],
  "a file that changed": ["snapshot\nsecrets put a y\nuntouched\n-- a --\nx\n", "touched: "],
};

test.each(Object.entries(breaks))("breaks: %s", async (name, [script, says]) => {
  await expect(play(name, script, stub)).rejects.toThrow(says);
});

test("an archive is a script and its files", () => {
  const { script, files } = parseArchive(
    "# words\nsecrets ls\n-- a/b.txt --\none\n\n-- empty --\n-- last --\nno newline",
  );

  expect(script).toBe("# words\nsecrets ls\n");
  expect([...files]).toEqual([
    ["a/b.txt", "one\n\n"],
    ["empty", ""],
    ["last", "no newline"],
  ]);
});

test("words are parted by spaces outside quotes", () => {
  expect(wordsOf("  a 'b c'd '' e#f # g", () => "")).toEqual(["a", "b cd", "", "e#f"]);
});

test("the first line says whether a script is for the built program", () => {
  expect(isForBuiltProgram("# [program] what it shows\n")).toBe(true);
  expect(isForBuiltProgram("# what it shows\n# [program]\n")).toBe(false);
});
