/** `secrets set FILE` */
import { firstWord, flag, outcomeLine, textOption, writeOptions, writeRequest, type CommandSpec } from "./command.ts";
import type { Context, Invocation } from "./command.ts";

export const set: CommandSpec = {
  name: "set",
  group: "Daily",
  summary: "replace a secret without opening the old one; needs no identity",
  words: ["<file>", "[key]", "[value]"],
  options: [
    { flags: "--value-stdin", description: "take the value from standard input, byte for byte" },
    { flags: "--value-file <path>", description: "take the value from a file, byte for byte" },
    ...writeOptions,
  ],
  examples: [
    ["openssl rand -hex 32 | secrets set secrets/token.age --value-stdin", "a generated value"],
    ["secrets set secrets/password.age", "typed at a hidden prompt"],
  ],
  run: async (context, invocation) => {
    const file = firstWord(invocation);
    if (invocation.words.length > 1) {
      throw new context.library.SecretsError(
        "usage",
        "an .age secret is one value: it has no key, and none goes into argv",
        {
          at: { file },
          hint: `secrets set ${file} --value-stdin`,
        },
      );
    }
    const value = valueFrom(context, invocation);
    const request = { value, options: writeRequest(invocation) };
    const outcome = await context.library.setSecret(await context.project(), file, request);
    context.note(outcomeLine(context, outcome.status, outcome.file));
    return 0;
  },
};

function valueFrom(context: Context, invocation: Invocation): () => Promise<Uint8Array> {
  const { SecretsError } = context.library;
  const path = textOption(invocation, "valueFile");
  const stdin = flag(invocation, "valueStdin");
  if (path !== undefined && stdin) {
    throw new SecretsError("usage", "--value-stdin and --value-file exclude each other");
  }
  if (stdin) return () => collect(context.host.stdin());
  if (path !== undefined) return () => readFile(context, path);
  if (context.host.terminal.canAsk) return () => typed(context, firstWord(invocation));
  throw new SecretsError("cannot-ask", "the value cannot be asked for here", {
    hint: "give it with --value-stdin or --value-file PATH",
  });
}

async function readFile(context: Context, path: string): Promise<Uint8Array> {
  const absolute = (await context.project()).resolve(path);
  return context.host.files.read(absolute).catch((error: unknown) => {
    throw new context.library.SecretsError("io", "the value's file cannot be read", {
      at: { file: path },
      cause: error,
    });
  });
}

async function typed(context: Context, file: string): Promise<Uint8Array> {
  return new TextEncoder().encode(await context.host.terminal.askHidden(`value for ${file}: `));
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
