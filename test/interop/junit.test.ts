/** Is the JUnit report XML that says what was meant, whatever a name holds? */
import { expect } from "vitest";
import { junit } from "../../src/commands/check-formats/junit.ts";
import type { Finding } from "../../src/index.ts";
import { describePeer, run } from "./peer.ts";

/** What a name holds, and what XML can say of it. */
const NAMES: readonly (readonly [string, string])[] = [
  ["a b", "a b"],
  [
    `<a b="c" d='e'> & &amp; &#10; ]]> <!-- -- <![CDATA[ ]]>`,
    `<a b="c" d='e'> & &amp; &#10; ]]> <!-- -- <![CDATA[ ]]>`,
  ],
  ["line\nfeed\ttab\rreturn", "line\nfeed\ttab\rreturn"],
  ["\u0000\u0007\u001b[31m", "\ufffd\ufffd\ufffd[31m"],
  ["\u007f\u0085\u2028\u202e", "\u007f\u0085\u2028\u202e"],
  ["\u{1f511} ünï \u{1fffe}", "\u{1f511} ünï \u{1fffe}"],
  ["\ud800x\udc00 \ufffe\uffff", "\ufffdx\ufffd \ufffd\ufffd"],
];

const finding = (path: string, severity: Finding["severity"]): Finding => ({
  rule: "SEC001",
  severity,
  message: `in ${path}`,
  path,
  at: { file: path },
  fix: path,
  fingerprint: "0123456789abcdef",
});

describePeer("xmllint", (check) => {
  for (const [name, read] of NAMES) {
    const text = junit({
      report: {
        mode: "tree",
        findings: [finding(name, "error"), finding(name, "note")],
        unknownReaders: [],
        ignored: [],
        unchecked: [{ file: name, reason: name }],
        files: 1,
        commits: 0,
        verified: 0,
      },
      rules: async () => [],
      failOn: "error",
      showIgnored: false,
      words: { bad: (text) => text, dim: (text) => text },
      version: "1.2.3",
    });
    const at = (path: string, xpath: string) => {
      const { status, stdout, stderr } = run(path, ["--nonet", "--xpath", `string(${xpath})`, "-"], {
        input: Buffer.from(text),
      });
      return status === 0 ? stdout.toString().replace(/\n$/, "") : stderr;
    };
    const isRead = (path: string, xpath: string, expected: string) => expect(at(path, xpath)).toBe(expected);

    check(`reads ${JSON.stringify(name)} back`, (path) => {
      isRead(path, "/testsuites/testsuite/testcase[1]/@name", `${read} in ${read}`);
      isRead(path, "/testsuites/testsuite/testcase[1]/@file", read);
      isRead(path, "//testcase[1]/failure", `error: in ${read}\nfix: ${read}`);
      isRead(path, "//testcase[2]/system-out", `note: in ${read}\nfix: ${read}`);
      isRead(path, "//testcase[3]/error/@message", read);
    });
  }
});
