/** `secrets trust` */
import { SecretsError } from "../errors.ts";
import { flag, jsonText, type CommandSpec, type Context, type Invocation } from "./command.ts";
import { shared } from "./options.ts";
import { visible } from "../words/visible.ts";
import type { TrustState } from "../index.ts";

export const trust: CommandSpec = {
  name: "trust",
  group: "Team",
  summary: "confirm the keys that this repository encrypts to; from then on a write to any other is refused",
  words: [],
  options: [
    shared.yes,
    { flags: "--list", description: "show the keys that are confirmed" },
    { flags: "--forget", description: "forget the confirmed keys, and check none any more" },
    { flags: "--json", description: "print what is confirmed and what has changed since; confirms nothing" },
  ],
  examples: [
    ["secrets trust", "after the policy changed: confirm new and changed keys"],
    ["secrets trust --list", "what was confirmed"],
  ],
  run: async (context, invocation) => {
    const project = await context.project();
    if (flag(invocation, "forget")) {
      const found = await context.library.forgetKeys(project);
      context.note(found ? done(context, "forgotten") : "nothing was confirmed here");
      return 0;
    }
    const state = await context.library.trustState(project);
    if (flag(invocation, "json")) {
      await context.out(jsonText(json(state)));
      return 0;
    }
    if (!flag(invocation, "list")) return confirm(context, invocation, state);
    for (const [owner, keys] of [...Object.entries(state.confirmed.names), ...Object.entries(state.confirmed.rules)]) {
      await context.out(`${visible(`${owner}: ${keys.join(", ")}`)}\n`);
    }
    if (state.file === undefined) context.note("nothing is confirmed here");
    return 0;
  },
};

async function confirm(context: Context, invocation: Invocation, state: TrustState): Promise<number> {
  const { changeLine, confirmKeys } = context.library;
  for (const change of state.changes) {
    const line = visible(await changeLine(change));
    await context.out(`${change.added.length === 0 ? context.dim(line) : context.bad(line)}\n`);
  }
  if (state.changes.length === 0 && state.file !== undefined) {
    context.note("all keys are confirmed");
    return 0;
  }
  if (state.changes.some(({ added }) => added.length > 0) && !flag(invocation, "yes") && !(await isRight(context))) {
    context.say("nothing was confirmed");
    return 1;
  }
  await confirmKeys(await context.project());
  context.note(done(context, "confirmed"));
  return 0;
}

async function isRight({ host }: Context): Promise<boolean> {
  if (!host.terminal.canAsk) {
    throw new SecretsError("cannot-ask", "cannot ask here whether these keys are right", {
      hint: "compare them with their owners, then run: secrets trust --yes",
    });
  }
  const answer = await host.terminal.ask("Have you compared these keys with their owners? [y/N] ");
  return /^y(es)?$/i.test(answer.trim());
}

function done({ dryRun }: Context, what: string): string {
  return dryRun ? `would have ${what} the keys of this repository` : `${what}: the keys of this repository`;
}

function json({ changes, ...state }: TrustState): object {
  const texts = (keys: TrustState["changes"][number]["added"]) => keys.map(({ text }) => text);
  const plain = changes.map(({ owner, isKnown, added, removed }) => ({
    owner,
    isKnown,
    added: texts(added),
    removed: texts(removed),
  }));
  return { ...state, changes: plain };
}
