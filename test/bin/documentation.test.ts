/**
 * Does every block of the README and the docs do what it is shown for?
 *
 * `<!-- tested: NAME -->` above a block names the scene below in which it works, or the test that runs it.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { rules } from "../../src/findings/index.ts";
import { verbs } from "../verbs.ts";
import { type Block, blockNamed, blocks, fences, readDocument, root } from "./blocks.ts";
import { type Dialogue, onTerminal } from "./on-terminal.ts";

const keys = path.join(root, "test", "scripts", "keys");
const publicKey = (name: string): string => readFileSync(path.join(keys, `${name}.pub`), "utf8").trim();

/** Blocks that have a test of their own. */
const elsewhere: Readonly<Record<string, string>> = {
  library: "library.test.ts",
  "GitHub workflow": "other-frameworks.test.ts",
  "GitLab job": "other-frameworks.test.ts",
  "pre-commit": "other-frameworks.test.ts",
  "commit hook": "other-frameworks.test.ts",
};

interface Scene {
  /** A bash script that ends at its first failure. BLOCK is the block; of a console block, what is typed. */
  readonly script: string;
  readonly dialogue?: Dialogue;
}

/** The policy of the README, with real keys: alice's is the SSH key at home, bob's is age-1. */
function policy(): string {
  const sshKeys = ["ed25519-1", "ed25519-2"].map((name) => publicKey(name).split(" ").slice(0, 2).join(" "));
  return blockNamed("policy")
    .replaceAll("ssh-ed25519 AAAA…", () => sshKeys.shift() ?? "")
    .replace("age1…", publicKey("age-1"));
}

const repository = "git init -q -b main\nprintf '.env.keys\\n' >.gitignore\ncp \"$HOME/policy\" .sops.yaml\n";
const secret = (path: string): string => `echo first | secrets set ${path} --value-stdin\n`;
const commit = "git add . && git commit -qm 'a change'\n";

const scenes: Readonly<Record<string, Scene>> = {
  "a clone": {
    script: `cd ${root}
npm() { test "$1" = ci || node -e 'process.exit(require("./package.json").scripts[process.argv[1]] ? 0 : 1)' "\${2:-$1}"; }
BLOCK`,
  },
  "first secret": {
    script: `git init -q
rm "$HOME/.ssh/"*
BLOCK
test "$(git ls-files)" = $'.sops.yaml\\nsecrets/api.age'
secrets get secrets/api.age | grep -qE '^[A-Za-z0-9+/]{32}$'`,
  },
  policy: {
    script: `${repository}secrets who secrets/github_token.age >token
grep 'reader   alice' token && ! grep bob token
secrets who secrets/other.age >other
grep 'reader   alice (user through ops)' other && grep 'reader   bob' other && grep 'reader   web1' other`,
  },
  "daily use": {
    script: `${repository}export EDITOR=writing-editor
BLOCK
test "$(secrets get secrets/app.yaml db/password)" = typed`,
    dialogue: [
      ["value for db/password in secrets/app.yaml: ", "typed\r"],
      ["type it again: ", "typed\r"],
    ],
  },
  "somebody left": {
    script: `${repository}${secret("secrets/a.age")}${secret("secrets/b.yaml k")}sed -i 's/alice, bob/alice/' .sops.yaml
! secrets rekey --check
BLOCK
secrets who secrets/b.yaml >who
! grep bob who`,
  },
  "checked repository": {
    script: `${repository}${secret("secrets/a.age")}${secret("secrets/github_token.age")}${commit}git update-ref refs/remotes/origin/main HEAD
${secret("secrets/b.yaml k")}${commit}BLOCK`,
  },
  "allowance in a file": {
    script: `${repository}mkdir secrets
cat >secrets/sample.yaml <<'END'
BLOCKpassword: hunter2
END
sed -i s/until=20/until=29/ secrets/sample.yaml
secrets check`,
  },
  "allowance in the settings": {
    script: `${repository}mkdir -p test/keys && cp ${keys}/age-2 test/keys/
! secrets check
cat >.secrets-check.yaml <<'END'
BLOCKEND
secrets check`,
  },
  "server hook": {
    script: `git init -q --bare -b main server
cat >server/hooks/pre-receive <<'END'
BLOCKEND
chmod +x server/hooks/pre-receive
git clone -q server clone && cd clone
printf '.env.keys\\n' >.gitignore && cp "$HOME/policy" .sops.yaml
${commit}git push -q origin HEAD:main
mkdir secrets && echo 'password: hunter2' >secrets/a.yaml
${commit}! git push -q origin HEAD:main`,
  },
  "who gains access": {
    script: `git init -q -b main
policy() {
  echo "users: { alice: $(cut -d' ' -f1,2 "$HOME/.ssh/id_ed25519.pub"), bob: $1, mallory: $(cat ${keys}/age-6.pub) }"
  echo "hosts: { web1: $(cat ${keys}/age-5.pub) }"
  echo "creation_rules:"
  echo "  - { path_regex: '^secrets/[ab]', readers: [alice, bob$2] }"
  echo "  - { path_regex: ^secrets/, readers: [alice, bob, web1] }"
}
policy $(cat ${keys}/age-4.pub) >.sops.yaml
${["a.age", "b.yaml k", "1.age", "2.age", "3.age", "4.age", "5.age"].map((each) => secret(`secrets/${each}`)).join("")}${commit}policy $(cat ${keys}/age-7.pub) ', mallory' >.sops.yaml
BLOCK`,
  },
  "a repository of agenix": {
    script: `git init -q
printf '.env.keys\\n' >.gitignore
echo "let alice = \\"$(cat "$HOME/.ssh/id_ed25519.pub")\\"; in { \\"secrets/token.age\\".publicKeys = [ alice ]; }" >secrets.nix
printf value >token
export EDITOR=writing-editor
BLOCK
test "$(secrets get secrets/token.age)" = value`,
  },
  "confirmed keys": { script: `${repository}BLOCK`, dialogue: [["[y/N] ", "y\r"]] },
  "pinned keys": {
    script: `${repository}mkdir -p "$HOME/.config/secrets"
cat >"$HOME/.config/secrets/config.yaml" <<'END'
BLOCKEND
code=0
echo x | secrets set secrets/a.age --value-stdin || code=$?
test $code = 6`,
  },
};

const scratch = mkdtempSync(path.join(tmpdir(), "documentation-"));
const bin = path.join(scratch, "bin");
beforeAll(() => {
  mkdirSync(bin);
  const programs = {
    secrets: `exec '${process.execPath}' '${root}/bin/secrets.js' "$@"`,
    "writing-editor": `printf 'db:\\n  user: app\\n' >"$1"`,
  };
  for (const [name, script] of Object.entries(programs))
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A person's home with an SSH key and git's author, and a directory to work in. */
function makePlace(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const home = mkdtempSync(path.join(scratch, "home-"));
  mkdirSync(path.join(home, ".ssh"), { mode: 0o700 });
  for (const end of ["", ".pub"])
    cpSync(path.join(keys, `ed25519-1${end}`), path.join(home, ".ssh", `id_ed25519${end}`));
  chmodSync(path.join(home, ".ssh", "id_ed25519"), 0o600);
  writeFileSync(path.join(home, "policy"), policy());
  const cwd = mkdtempSync(path.join(scratch, "work-"));
  const author = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, "A"],
      [`GIT_${who}_EMAIL`, "a@b"],
    ]),
  );
  const git = { ...author, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  return { cwd, env: { ...git, HOME: home, TERM: "dumb", SHELL: "/bin/sh", PATH: `${bin}:${process.env["PATH"]}` } };
}

async function play({ language, text }: Block, { script, dialogue }: Scene): Promise<string> {
  const typed = [...text.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line).join("\n");
  const whole = script.replace("BLOCK", () => (language === "console" ? typed : text));
  return await onTerminal(`(set -e\n${whole}\n)\necho "exit $?"`, { ...makePlace(), dialogue });
}

describe.runIf(process.platform === "linux")("a block", () => {
  test.for(blocks.map((block) => [block.at, block] as const))("%s", async ([, block]) => {
    const { language, name, text } = block;
    if (language === "yaml") parse(text);
    if (name in elsewhere) return;
    expect(Object.keys(scenes)).toContain(name);

    const shown = await play(block, scenes[name] ?? { script: "" });

    expect(shown).toMatch(/exit 0\n$/);
    const lines = shown.split("\u001B[K").join("\n").split("\n");
    const isAnswer = (line: string): boolean => language === "console" && line !== "" && !line.startsWith("$ ");
    const answers = text.split("\n").filter(isAnswer);
    const seen = answers.map((wanted) => lines.findIndex((line) => isShownAs(line, wanted)));
    expect({ seen, shown }).toEqual({
      seen: seen.filter((at) => at >= 0).toSorted((one, other) => one - other),
      shown,
    });
  });
});

/** `…` stands for the rest of a word. */
function isShownAs(line: string, wanted: string): boolean {
  const pattern = wanted.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${pattern.join(String.raw`[^\s,:]*`)}$`).test(line);
}

test("no block is passed over, and no scene is left over", () => {
  expect(blocks).toHaveLength(fences / 2);
  const named = new Set(blocks.map(({ name }) => name));
  expect([...Object.keys(scenes), ...Object.keys(elsewhere)].filter((name) => !named.has(name))).toEqual([]);
});

test.each(Object.entries(elsewhere))("%s is taken from the docs by %s", (name, file) => {
  expect(readFileSync(path.join(import.meta.dirname, file), "utf8")).toContain(`"${name}"`);
});

test("the README has fewer than 200 lines", () => {
  expect(readDocument("README.md").trimEnd().split("\n").length).toBeLessThan(200);
});

test("the guide lists every rule with its severity", () => {
  const listed = [...readDocument("docs/check.md").matchAll(/^\| (SEC\d{3}) \| (\w+) \|/gm)];

  expect(listed.map(([, id, severity]) => ({ id, severity }))).toEqual(
    rules.map(({ id, severity }) => ({ id, severity })),
  );
});

test("the README names every verb", () => {
  expect(verbs.map(([line]) => line).filter((line) => !readDocument("README.md").includes(`\`${line}`))).toEqual([]);
});
