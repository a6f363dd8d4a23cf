/** `secrets set FILE [KEY [VALUE]]` */
import { SecretsError } from "../errors.ts";
import { collect } from "../text/chunks.ts";
import { firstWord, flag, outcomeLine, textOption, type CommandSpec } from "./command.ts";
import { documentNumber, shared, writeOptions, writeRequest } from "./options.ts";
import type { Context, Invocation } from "./command.ts";
import type { SetRequest } from "../index.ts";

export const set: CommandSpec = {
  name: "set",
  group: "Daily",
  summary: "write one value of a sops file, or a whole .age secret (which needs no identity)",
  words: ["<file>", "[key]", "[value]"],
  options: [
    {
      flags: "--value-stdin",
      description: "take the value from standard input as it is (sops files: without the final newline)",
    },
    { flags: "--value-file <path>", description: "take the value from a file, in the same way" },
    { flags: "--value-json", description: "the value from standard input or the file is JSON" },
    shared.inputType,
    shared.outputType,
    shared.document,
    { flags: "--idempotent", description: "as in sops; here an unchanged value is never written again" },
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
    const request = {
      key,
      document: documentNumber(invocation),
      value: valueFrom(context, invocation),
      typedForm: formOf(invocation),
      options: writeRequest(invocation),
    };
    const outcome = await context.library.setSecret(await context.project(), file, request);
    const { status, file: written, added } = outcome;
    context.note(outcomeLine(context, added === undefined ? status : `added ${added} to`, written));
    return 0;
  },
};

/** Undefined: it is typed. */
function valueFrom(context: Context, invocation: Invocation): SetRequest["value"] {
  const [, , inline] = invocation.words;
  const path = textOption(invocation, "valueFile");
  const stdin = flag(invocation, "valueStdin");
  if ([path !== undefined, stdin, inline !== undefined].filter(Boolean).length > 1) {
    throw new SecretsError("usage", "more than one value given", {
      hint: "use one of VALUE, --value-stdin and --value-file",
    });
  }
  if (inline !== undefined) return () => Promise.resolve({ bytes: new TextEncoder().encode(inline), form: "json" });
  const form = formOf(invocation);
  if (stdin || path === "-") return async () => ({ bytes: await collect(context.host.streams.stdin()), form });
  if (path === undefined) return undefined;
  return async () => ({ bytes: await context.library.readInputFile(await context.project(), path), form });
}

function formOf(invocation: Invocation): "raw" | "json" {
  return flag(invocation, "valueJson") ? "json" : "raw";
}
