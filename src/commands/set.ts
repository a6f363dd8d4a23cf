/** `secrets set FILE [KEY [VALUE]]` */
import {
  documentNumber,
  documentOption,
  firstWord,
  flag,
  outcomeLine,
  textOption,
  writeOptions,
  writeRequest,
  type CommandSpec,
} from "./command.ts";
import type { Context, Invocation } from "./command.ts";
import type { NewValue } from "../index.ts";

export const set: CommandSpec = {
  name: "set",
  group: "Daily",
  summary: "write one value of a sops file, or a whole .age secret (which needs no identity)",
  words: ["<file>", "[key]", "[value]"],
  options: [
    {
      flags: "--value-stdin",
      description: "take the value from standard input as it is (sops files: less one final newline)",
    },
    { flags: "--value-file <path>", description: "take the value from a file, in the same way" },
    { flags: "--value-json", description: "the value from standard input or the file is JSON" },
    { flags: "--input-type <type>", description: "the format of a sops file whose name does not tell" },
    documentOption,
    { flags: "--idempotent", description: "as in sops; here a value that is there already is never written again" },
    ...writeOptions,
  ],
  examples: [
    ["openssl rand -hex 32 | secrets set secrets/token.age --value-stdin", "a generated whole-file secret"],
    ["secrets set secrets/app.yaml db/password", "typed at a hidden prompt"],
    ["secrets set apps/api.yaml stringData/token --document 2", "a key in the second document of a YAML file"],
    [`secrets set secrets/app.yaml '["db"]["port"]' 5432`, "VALUE on the command line is JSON, as in sops"],
  ],
  run: async (context, invocation) => {
    const file = firstWord(invocation);
    const [, key] = invocation.words;
    const value = valueFrom(context, invocation);
    const request = {
      key,
      document: documentNumber(context, invocation),
      value,
      options: { ...writeRequest(invocation), inputType: textOption(invocation, "inputType") },
    };
    const outcome = await context.library.setSecret(await context.project(), file, request);
    const { status, file: written, added } = outcome;
    context.note(outcomeLine(context, added === undefined ? status : `added ${added} to`, written));
    return 0;
  },
};

function valueFrom(context: Context, invocation: Invocation): () => Promise<NewValue> {
  const { SecretsError } = context.library;
  const [file = "", key, inline] = invocation.words;
  const path = textOption(invocation, "valueFile");
  const stdin = flag(invocation, "valueStdin");
  if ([path !== undefined, stdin, inline !== undefined].filter(Boolean).length > 1) {
    throw new SecretsError("usage", "the value is given twice", {
      hint: "one of VALUE, --value-stdin and --value-file",
    });
  }
  if (inline !== undefined) return () => Promise.resolve({ bytes: new TextEncoder().encode(inline), form: "json" });
  const form = flag(invocation, "valueJson") ? "json" : "raw";
  if (stdin) return async () => ({ bytes: await collect(context.host.stdin()), form });
  if (path === "-") return async () => ({ bytes: await collect(context.host.stdin()), form });
  if (path !== undefined)
    return async () => ({ bytes: await context.library.readInputFile(await context.project(), path), form });
  if (context.host.terminal.canAsk)
    return async () => ({ bytes: await typed(context, key === undefined ? file : `${key} in ${file}`), form });
  throw new SecretsError("cannot-ask", "the value cannot be asked for here", {
    hint: "give it with --value-stdin or --value-file PATH",
  });
}

/** @param what completes "value for …" */
async function typed(context: Context, what: string): Promise<Uint8Array> {
  const value = await context.host.terminal.askHidden(`value for ${what}: `);
  if (value !== "") return new TextEncoder().encode(value);
  throw new context.library.SecretsError("usage", "nothing was typed", {
    hint: "an empty value: --value-file /dev/null",
  });
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
