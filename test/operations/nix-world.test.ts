/** May rules of agenix read this file of the disk? */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { jsonText, toJson } from "../../src/nix/coerce.ts";
import { evaluateNix } from "../../src/nix/nix.ts";
import { nixWorld } from "../../src/operations/project/nix-world.ts";

let [folder, root] = ["", ""];

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "nix-world-")));
  root = join(folder, "repository");
  write("repository/secrets/alice.pub", "alice");
  write("repository/keys.nix", '"keys"');
  write("repository/dir/default.nix", '"directory"');
  write("repository-of-others/x", "theirs");
  write("nixpkgs/lib/default.nix", '"lib"');
  write("outside", "outside");
  symlinkSync("../secrets/alice.pub", join(root, "dir/inside"));
  symlinkSync("../../outside", join(root, "dir/out"));
  symlinkSync("/dev/zero", join(root, "dir/endless"));
  symlinkSync("../..", join(root, "dir/up"));
  symlinkSync("loop", join(root, "dir/loop"));
  execFileSync("mkfifo", [join(root, "pipe")]);
  writeFileSync(join(root, "huge"), "");
  truncateSync(join(root, "huge"), 64 * 1024 * 1024 * 1024);
  writeFileSync(join(root, "binary"), Buffer.from([0xff, 0xfe, 0x00]));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** As a rule file in `secrets/` sees it. */
async function evaluated(text: string): Promise<unknown> {
  const host = { ...nodeHost(), env: { NIX_PATH: `nixpkgs=${join(folder, "nixpkgs")}:relative`, USER: "alice" } };
  const world = nixWorld(host, { root, show: (path) => path.replace(folder, "") });
  const file = { name: "secrets.nix", directory: join(root, "secrets"), text };
  try {
    return JSON.parse(await evaluateNix(file, world, (value, machine) => jsonText(toJson(machine, value))));
  } catch (error) {
    if (error instanceof SecretsError) return { code: error.code, message: error.message };
    throw error;
  }
}

test.each([
  ["builtins.readFile ./alice.pub", "alice"],
  ["import ../keys.nix", "keys"],
  ["import ../dir", "directory"],
  ["builtins.readFile ../dir/inside", "alice"],
  ["builtins.readFile ../dir/../dir/up/repository/secrets/alice.pub", "alice"],
  ["builtins.attrNames (builtins.readDir ./.)", ["alice.pub"]],
  ["(builtins.readDir ../dir).inside", "symlink"],
  ["(builtins.readDir ../.).pipe", "unknown"],
  ["(builtins.readDir ../.).dir", "directory"],
  ["builtins.pathExists ./bob.pub", false],
  ["builtins.pathExists ./alice.pub", true],
  ["import <nixpkgs/lib>", "lib"],
  ['builtins.getEnv "USER"', "alice"],
])("%s is read: %j", async (text, expected) => {
  expect(await evaluated(text)).toEqual(expected);
});

const OUTSIDE = /is outside the repository, so it is not read$/;

test.each([
  ["builtins.readFile ../../outside", OUTSIDE],
  ["builtins.readFile /etc/passwd", OUTSIDE],
  ['builtins.readFile "/etc/passwd"', OUTSIDE],
  ["import /etc/passwd", OUTSIDE],
  ["builtins.pathExists /etc/passwd", OUTSIDE],
  ["builtins.readDir /.", OUTSIDE],
  ["builtins.readFileType /etc", OUTSIDE],
  ["builtins.hashFile ''sha256'' /etc/passwd", OUTSIDE],
  ["builtins.readFile ../dir/out", OUTSIDE],
  ["builtins.readFile ../dir/up/outside", OUTSIDE],
  ["builtins.pathExists ../dir/up/nothing", OUTSIDE],
  ["builtins.readDir ../dir/up", OUTSIDE],
  ["builtins.readFile ../dir/endless", OUTSIDE],
  ["builtins.readFile /dev/zero", OUTSIDE],
  ["builtins.readFile ../../repository-of-others/x", OUTSIDE],
  ["builtins.readFile ~/key", OUTSIDE],
  ["builtins.scopedImport { } /etc/passwd", OUTSIDE],
  ["builtins.readFile ../pipe", /pipe is not a file$/],
  ["builtins.readFile ../dir", /dir is not a file$/],
  ["builtins.readFile ./bob.pub", /^no such file: /],
  ["builtins.readDir ./bob", /secrets\/bob: no such file or directory$/],
  ["builtins.pathExists ../dir/loop", /dir\/loop: cannot read: .*too many symlinks/],
  ["builtins.readFile ../huge", /^more than .* characters in a Nix file$/],
  ["builtins.readFile ../binary", /binary is not UTF-8$/],
])("%s is refused", async (text, message) => {
  expect(await evaluated(text)).toEqual({ code: "policy", message: expect.stringMatching(message) });
});

test("outside is where it leads, not how it is spelled", async () => {
  const link = join(folder, "link");
  symlinkSync(root, link);
  const world = nixWorld(nodeHost(), { root: link, show: (path) => path });
  expect(await world.read(join(root, "keys.nix"))).toBe('"keys"');
  expect(await world.read(join(link, "keys.nix"))).toBe('"keys"');
});
