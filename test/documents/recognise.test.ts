import { describe, expect, test } from "vitest";
import { recognise } from "../../src/documents/recognise.ts";

const ENC = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";
const of = (text: string, path = "secret") => recognise(Buffer.from(text), path);

describe("a file is recognised by its content", () => {
  test.each([
    ["yaml", `a: ${ENC}\nsops:\n    mac: ${ENC}\n`],
    ["yaml", `a: 1\r\nsops:\r\n    mac: ${ENC}\r\n`],
    ["yaml", `---\n"sops": {mac: "${ENC}"}\n`],
    ["json", `{"a": "${ENC}", "sops": {"mac": "${ENC}"}}`],
    ["binary", `{\n\t"data": "${ENC}",\n\t"sops": {"mac": "${ENC}"}}`],
    ["dotenv", `A=${ENC}\nsops_mac=${ENC}\n`],
    ["ini", `[s]\na = ${ENC}\n\n[sops]\nmac = ${ENC}\n`],
  ])("as %s", (format, text) => {
    expect(of(text)).toEqual({ kind: "sops", format });
  });

  test("with one value `data` in a file called .json as JSON", () => {
    expect(of(`{"data": "${ENC}", "sops": {"mac": "${ENC}"}}`, "x.json")).toEqual({ kind: "sops", format: "json" });
  });

  test("as age, armored or not, whatever its name", () => {
    expect(of("age-encryption.org/v1\n-> X", "x.yaml")).toEqual({ kind: "age" });
    expect(of("-----BEGIN AGE ENCRYPTED FILE-----\n", "x.json")).toEqual({ kind: "age" });
  });

  test("behind a mark of git, where the two sides have no line in common", () => {
    const marked = (text: string) => `<<<<<<< HEAD\n${text}\n=======\n${text}\n>>>>>>> theirs\n`;
    expect(of(marked(`{"a": "${ENC}", "sops": {"mac": "${ENC}"}}`))).toEqual({ kind: "sops", format: "json" });
    expect(of(marked("age-encryption.org/v1\n-> X"))).toEqual({ kind: "age" });
    expect(of(marked("-----BEGIN AGE ENCRYPTED FILE-----"))).toEqual({ kind: "age" });
  });

  test.each([
    ["a: 1\n", "x.yaml", "yaml"],
    [`a: ${ENC}\nmentions: sops\n`, "x.yml", "yaml"],
    ["sops: true\n", "x", undefined],
    ["", "x.env", "dotenv"],
    [`see sops: ${ENC}`, "notes.txt", undefined],
  ])("as plain otherwise: %j in %s", (text, path, format) => {
    expect(of(text, path)).toEqual({ kind: "plain", format });
  });

  test("in linear time, whatever it holds", () => {
    const hostile = `${"{\n".repeat(200_000)}sops${ENC}${'"sops"\n'.repeat(20_000)}`;
    expect(of(hostile).kind).toBe("plain");
  });
});

test("a mark of git without a line break is not an age file, and is looked at once", () => {
  expect(recognise(Buffer.from("<<<<<<< HEAD"), "a.age")).toEqual({ kind: "plain", format: undefined });
  expect(recognise(Buffer.from("<<<<<<< a\n<<<<<<< b\n"), "a.age")).toEqual({ kind: "plain", format: undefined });
});
