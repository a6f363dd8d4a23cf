/**
 * Does anything that somebody could put into a repository crash this program, or fill its memory?
 *
 * Every input goes through the commands that read it, in a child whose heap is 256 MB. SECRETS_SEED chooses other sizes.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled, type Program } from "../io/child.ts";
import { IS_WHOLE } from "../sample.ts";
import { SEED } from "../seed.ts";

interface Line {
  readonly title: string;
  readonly outsized: boolean;
  readonly answers: readonly { readonly code: number; readonly said: string; readonly size: number }[];
}

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));
/** An answer to the largest input that is taken; nearly all are of one line. */
const LONGEST_ANSWER = 2 * 1024 * 1024;

/** The exit codes of answers and of errors with a name. */
const TYPED = new Set([0, 1, 2, 3, 4, 6]);

let program: Program;

beforeAll(async () => {
  program = await bundled("../hostile/hostile-child.ts");
});

afterAll(() => program.remove());

function linesOf(
  path: string,
): Promise<{ readonly code: number | null; readonly lines: readonly Line[]; readonly stderr: string }> {
  const child = spawn(process.execPath, ["--max-old-space-size=256", path, FIXTURES, String(SEED)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      const lines = output.stdout.split("\n").slice(0, -1);
      resolve({ code, lines: lines.map((line): Line => JSON.parse(line)), stderr: output.stderr });
    });
  });
}

test("hostile inputs end in an answer or in an error with a name, whatever their size", async () => {
  const { code, lines, stderr } = await linesOf(program.path);
  // The last title tells at which input a child has died.
  expect({ code, last: code === 0 ? "" : lines.at(-1)?.title, stderr: stderr.slice(0, 2000) }).toEqual({
    code: 0,
    last: "",
    stderr: "",
  });
  expect(lines.length).toBeGreaterThan(IS_WHOLE ? 250 : 150);
  for (const { title, answers, outsized } of lines) {
    for (const { code, said, size } of answers) {
      if (!TYPED.has(code) || size > LONGEST_ANSWER) expect({ title, code, said, size }).toBe("an answer");
    }
    if (outsized) expect(`${title}: ${answers[0]?.said}`).toMatch(/more than [\d,]+ /);
  }
});
