/** Are system errors told in words, and others left as they are? */
import { expect, test } from "vitest";

import { SecretsError } from "../../src/errors.ts";
import { attempt, ioError } from "../../src/io/io-error.ts";
import { systemError } from "./faulty-host.ts";

test.each([
  { code: "ENOSPC", doing: "write", kind: "io", message: "cannot write: no space is left on the device" },
  { code: "EROFS", doing: "write", kind: "io", message: "cannot write: the file system is read-only" },
  { code: "EACCES", doing: "read", kind: "io", message: "cannot read: permission denied" },
  { code: "ENOENT", doing: "read", kind: "not-found", message: "no such file or directory" },
  { code: "ENOENT", doing: "write", kind: "io", message: "cannot write: no such file or directory" },
  { code: "EWHATEVER", doing: "write", kind: "io", message: "cannot write: the system says EWHATEVER" },
])("$code while trying to $doing", ({ code, doing, kind, message }) => {
  const error = ioError(systemError(code), "secrets/a.age", doing);
  expect(error).toBeInstanceOf(SecretsError);
  expect(error).toMatchObject({ code: kind, message, at: { file: "secrets/a.age" } });
});

test("a SecretsError, a bug and what is no error at all pass as they are", async () => {
  const ours = new SecretsError("tampered", "x");
  expect(ioError(ours, "a", "read")).toBe(ours);
  const bug = new TypeError("undefined is no function");
  expect(ioError(bug, "a", "read")).toBe(bug);
  expect(ioError("text", "a", "read")).toBeInstanceOf(Error);
  await expect(attempt("a", "read", () => Promise.reject(ours))).rejects.toBe(ours);
});

test("Node's own codes are not the system's", () => {
  const bug = Object.assign(new TypeError("bad argument"), { code: "ERR_INVALID_ARG_TYPE" });
  expect(ioError(bug, "a", "read")).toBe(bug);
});
