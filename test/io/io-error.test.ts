/** Are system errors told in words, and others left as they are? */
import { expect, test } from "vitest";

import { SecretsError } from "../../src/errors.ts";
import { attempt, ioError } from "../../src/io/io-error.ts";
import { systemError } from "./faulty-host.ts";

test.each([
  { code: "ENOSPC", doing: "write", kind: "io", message: "cannot write: no space is left on the device" },
  { code: "EDQUOT", doing: "write", kind: "io", message: "cannot write: the disk quota is used up" },
  { code: "ESTALE", doing: "read", kind: "io", message: "cannot read: the network file system lost it" },
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

test("a SecretsError, a bug and what is not an error at all pass as they are", async () => {
  const ours = new SecretsError("tampered", "x");
  expect(ioError(ours, "a", "read")).toBe(ours);
  const bug = new TypeError("undefined is not a function");
  expect(ioError(bug, "a", "read")).toBe(bug);
  expect(ioError("text", "a", "read")).toBeInstanceOf(Error);
  await expect(attempt("a", "read", () => Promise.reject(ours))).rejects.toBe(ours);
});

test("Node's own codes are not the system's", () => {
  const bug = Object.assign(new TypeError("bad argument"), { code: "ERR_INVALID_ARG_TYPE" });
  expect(ioError(bug, "a", "read")).toBe(bug);
});

test("an error that nobody has a name for is one of the system's all the same", () => {
  const odd = Object.assign(new Error("x"), { code: "Unknown system error -133", errno: -133, syscall: "open" });
  expect(ioError(odd, "a", "read")).toMatchObject({ code: "io", message: "cannot read: the system says error 133" });
});
