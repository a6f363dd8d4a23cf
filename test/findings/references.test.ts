import { describe, expect, test } from "vitest";
import { hadAction, isReference, withoutActions } from "../../src/findings/reading/references.ts";

describe("an action of a template", () => {
  test.each([
    "{{ .Values.password }}",
    '${{ secrets.TOKEN }}{{- include "x" . -}}',
    '{{ .a | default "" }}',
    '{{ required "" .a }}',
    "{{ .a || .b }}",
  ])("%s refers to a value", (text) => {
    expect(isReference(text)).toBe(true);
  });

  test.each([
    '{{ "hunter2" }}',
    "{{- 'hunter2' }}",
    '{{ .a | default "hunter2" }}',
    "{{ .b }}{{ .a || 'hunter2' }}",
    "hunter2 {{ .a }}",
  ])("%s has a value in it", (text) => {
    expect(isReference(text)).toBe(false);
  });

  test("of many signs is read once", () => {
    expect(isReference(`{{ ${"|".repeat(300_000)} }}`)).toBe(true);
    expect(isReference(`{{ ${"default ".repeat(100_000)} }}`)).toBe(true);
    expect(isReference(`${"{{ a }}".repeat(100_000)}"`)).toBe(false);
  });
});

describe("a variable", () => {
  test.each([
    "${T}",
    "${T:-}",
    "${T:=}",
    "${USER}:${PW}",
    "https://u:${PW}@h.${DOMAIN}/",
    "ipv4.${DOMAIN}",
    "${D/./-}",
    "${T:0:8}",
    "${A^^}",
    "$(VAR)",
    "<password>",
    "<username | base64encode>",
    "<path:a/b#u>",
    "$ARGOCD_ENV_X",
    "$oidc.clientSecret",
  ])("%s refers to a value", (text) => {
    expect(isReference(text)).toBe(true);
  });

  test.each(["hunter2-${X}", "${T:-hunter2}", "$ecret123", "pa$$word", "<hunter2>${", "${", "x"])(
    "%s has a value in it",
    (text) => {
      expect(isReference(text)).toBe(false);
    },
  );

  test("of many signs is read once", () => {
    expect(isReference("${".repeat(100_000))).toBe(false);
    expect(isReference(`${"${a#".repeat(100_000)}}`)).toBe(true);
    expect(isReference(`\${a/${"#".repeat(300_000)}`)).toBe(false);
  });
});

describe("a text without its actions", () => {
  const shown = (text: string) =>
    withoutActions(text)
      .split("\n")
      .map((line) => (hadAction(line) ? "had" : line));

  test("keeps its lines", () => {
    expect(shown('a: 1\n{{ if\n x }}\nb: "{{ .b }}" [\n  - {{ c }}\n${{ d\n}}e\n')).toEqual([
      "a: 1",
      "",
      "",
      "had",
      "",
      "",
      "e",
      "",
    ]);
  });

  test("has no action where somebody wrote its stand-in", () => {
    const [line = ""] = withoutActions("a: {{ b }}").split("\n");

    expect(hadAction("a: __ACTION__")).toBe(false);
    expect(hadAction(line)).toBe(true);
  });

  test("is read once, however many actions are begun", () => {
    const text = `kind: Secret\n${"{{\n".repeat(200_000)}`;

    expect(withoutActions(text)).toBe(text);
    expect(hadAction(withoutActions(`{{ a }}: ${" ".repeat(200_000)}x`))).toBe(true);
  });
});
