/**
 * What does a function make of an argument?
 */
import { NixError, traced, type Place } from "./source.ts";
import { described, done, force, is, type Lazy, type Value } from "./value.ts";

/** Calls a function, or a set with a `__functor`. */
export function apply(callee: Value, argument: Lazy, at?: Place): Value {
  if (is("lambda", callee)) {
    try {
      return callee.call(argument);
    } catch (error) {
      throw at === undefined ? error : traced(error, at, "this call");
    }
  }
  const functor = is("set", callee) ? callee.attributes.get("__functor") : undefined;
  if (functor !== undefined) return apply(apply(force(functor), done(callee), at), argument, at);
  throw new NixError(`expected a function, found ${described(callee)}`, at);
}
