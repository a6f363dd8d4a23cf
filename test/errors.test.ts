/** What stays of an error that an outer layer says more about? */
import { expect, test } from "vitest";
import { dressed, SecretsError } from "../src/errors.ts";

const cause = new Error("why");
const error = new SecretsError("io", "it broke", {
  at: { file: "a", line: 2 },
  hint: "fix it",
  notes: ["seen"],
  cause,
});

test("with() replaces what it is given, and keeps all else", () => {
  expect(error.with({ message: "it broke here", hint: ["look", ...error.hints] })).toMatchObject({
    code: "io",
    message: "it broke here",
    at: { file: "a", line: 2 },
    notes: ["seen"],
    cause,
    hints: ["look", "fix it"],
    hint: "look; fix it",
  });
  expect(error.with({ code: "usage", hint: undefined })).toMatchObject({
    code: "usage",
    message: "it broke",
    hints: [],
  });
});

test("dressed() only adds what nobody has said yet", () => {
  const details = { at: { file: "b" }, hint: "another", notes: ["more"] };
  expect(dressed(error, details)).toMatchObject({ at: { file: "a" }, hints: ["fix it"], notes: ["seen"] });
  expect(dressed(new SecretsError("io", "bare"), details)).toMatchObject({ ...details, hints: ["another"] });
});
