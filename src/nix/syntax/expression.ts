/**
 * What can a Nix expression be?
 *
 * The language reference's grammar as data. Every node knows its stretch of the text, and a set keeps its bindings as they were
 * written beside the attributes that they add up to, so that a file can be edited by what was parsed.
 */
import type { Place } from "../source.ts";

export type Expression = Place &
  (
    | { readonly type: "literal"; readonly value: bigint | number }
    | { readonly type: "string"; readonly parts: readonly Part[] }
    | { readonly type: "path"; readonly parts: readonly Part[] }
    | { readonly type: "search-path"; readonly path: string }
    | { readonly type: "variable"; readonly name: string }
    | { readonly type: "select"; readonly of: Expression; readonly path: AttributePath; readonly or?: Expression }
    | { readonly type: "has"; readonly of: Expression; readonly path: AttributePath }
    | SetExpression
    | { readonly type: "list"; readonly items: readonly Expression[] }
    | { readonly type: "lambda"; readonly parameter: Parameter; readonly body: Expression }
    | { readonly type: "call"; readonly callee: Expression; readonly argument: Expression }
    | { readonly type: "let"; readonly set: SetExpression; readonly body: Expression }
    | { readonly type: "with"; readonly scope: Expression; readonly body: Expression }
    | { readonly type: "if"; readonly test: Expression; readonly whenTrue: Expression; readonly whenFalse: Expression }
    | { readonly type: "assert"; readonly test: Expression; readonly body: Expression }
    | { readonly type: "not"; readonly operand: Expression }
    | { readonly type: "negate"; readonly operand: Expression }
    | { readonly type: "binary"; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  );

export type ExpressionOf<T extends Expression["type"]> = Extract<Expression, { readonly type: T }>;

/** A piece of a string or path: text as it is meant, or what stands in `${…}`. */
export type Part = string | Expression;

export type Operator =
  | "++"
  | "*"
  | "/"
  | "+"
  | "-"
  | "//"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&&"
  | "||"
  | "->"
  | "|>"
  | "<|";

/** `a`, `"a"` (a fixed name) or `${e}`, `"a${e}"` (known when it is evaluated). */
export type AttributeName = Place & { readonly name: string | Expression };

export type AttributePath = readonly AttributeName[];

/** `a.b = value;` or `inherit (from) a b;`, as it was written. */
export type Binding = Place &
  (
    | { readonly type: "assign"; readonly path: AttributePath; readonly value: Expression }
    | { readonly type: "inherit"; readonly from: Expression | undefined; readonly names: AttributePath }
  );

export interface Attribute {
  readonly value: Expression;
  /** `inherit a;`: the value is looked up outside of a recursive set. */
  readonly outer: boolean;
  readonly at: Place;
}

export interface SetExpression extends Place {
  readonly type: "set";
  readonly recursive: boolean;
  readonly bindings: readonly Binding[];
  /** Attributes with fixed names; those written as paths are put together. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly dynamic: readonly { readonly name: Expression; readonly value: Expression; readonly at: Place }[];
}

export type Parameter =
  | { readonly name: string }
  | {
      /** `{ a, b ? c, ... } @ name` */
      readonly name: string | undefined;
      readonly formals: ReadonlyMap<string, { readonly or: Expression | undefined; readonly at: Place }>;
      readonly open: boolean;
    };
