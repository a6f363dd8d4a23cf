/**
 * Does the real nix-instantiate make of every expression and every rule file what the evaluator makes of it?
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { sampled } from "../sample.ts";
import { EXPECTED, EXPRESSIONS, FAILED, FILES, outcome } from "../nix/world.ts";
import { describePeer, run } from "./peer.ts";

const RULES = join(FILES, "..", "rules");

function theirs(program: string, text: string, cwd: string): unknown {
  const env = { USER: "alice", HOME: "/home/alice", NIX_PATH: "", NIX_REMOTE: "" };
  const { status, stdout } = run(program, ["--eval", "--strict", "--json", "-E", text], { cwd, env });
  return status === 0 ? JSON.parse(stdout.toString()) : FAILED;
}

/** Of each rule only what agenix reads; what is no rule is left out. */
const AS_RULES =
  "file: let all = if builtins.isFunction file then file { lib = import ./lib.nix; } else file; in builtins.mapAttrs (_: rule: { keys = rule.publicKeys; armor = rule.armor or false; }) (builtins.removeAttrs all (builtins.filter (name: !(builtins.isAttrs all.${name} && all.${name} ? publicKeys)) (builtins.attrNames all)))";

function expectExpressions(program: string, some: readonly string[]): void {
  // Those that succeed in one call; each that fails in its own.
  const fine = some.filter((expression) => EXPECTED[expression] !== FAILED);
  const list = theirs(program, `[ ${fine.map((expression) => `(${expression}\n)`).join(" ")} ]`, FILES);
  expect(list).toEqual(fine.map((expression) => EXPECTED[expression]));
  const failing = some.filter((text) => EXPECTED[text] === FAILED);
  for (const expression of sampled(failing, 4)) {
    expect([expression, theirs(program, `(${expression}\n)`, FILES)]).toEqual([expression, FAILED]);
  }
}

async function expectRules(program: string, name: string): Promise<void> {
  const text = `(${AS_RULES}) (${readFileSync(join(RULES, name), "utf8")}\n)`;
  expect(await outcome(text, RULES)).toEqual(theirs(program, text, RULES));
}

describePeer("nix-instantiate", (check) => {
  for (let from = 0; from < EXPRESSIONS.length; from += 50) {
    const some = EXPRESSIONS.slice(from, from + 50);
    check(`expressions from ${JSON.stringify(some[0])} on`, (program) => {
      expectExpressions(program, some);
    });
  }

  for (const name of readdirSync(RULES).filter((file) => file.endsWith(".nix"))) {
    check(`the rule file ${name}`, async (program) => {
      await expectRules(program, name);
    });
  }
});
