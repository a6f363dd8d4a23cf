/** Do those who build on sops open what we write, by their own calls and marks, and do our verbs leave alone what they make? */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { main } from "../../src/cli/main.ts";
import { formatOfPath, isFormatName, loadFormat } from "../../src/formats/index.ts";
import { nodeHost } from "../../src/io/node-host.ts";
import { inProcess } from "../script/in-process.ts";
import { identitiesOf } from "../documents/ring.ts";
import { describePeer, run } from "./peer.ts";
import { facts, KEYS } from "./sops-peer.ts";
import { USES, type Use } from "./sops-users.ts";

const secrets = inProcess(main, nodeHost());

interface Place {
  readonly folder: string;
  /** What sops says on stdout, given this file on a pipe. @throws where it fails */
  readonly sops: (args: readonly string[], input?: string) => Buffer;
  /** The same of us. */
  readonly ours: (args: readonly string[], input?: Uint8Array) => Promise<Buffer>;
}

async function inPlace(
  path: string,
  { file, rule = "", text }: Use,
  body: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "interop-wild-"));
  const age = (await identitiesOf(KEYS.native))[0]?.recipients[0]?.text ?? "";
  try {
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, "key"), KEYS.native, { mode: 0o600 });
    writeFileSync(join(folder, ".sops.yaml"), `creation_rules:\n  - age: ${age}\n${rule}`);
    writeFileSync(join(folder, file), text);
    const env = {
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      PATH: process.env["PATH"] ?? "",
      SOPS_AGE_KEY_FILE: join(folder, "key"),
    };
    await body({
      folder,
      sops(args, input = "/dev/null") {
        const piped = ["-c", 'cat "$0" | "$@"', input, path, ...args];
        const answer = run("/bin/sh", piped, { cwd: folder, env });
        if (answer.status !== 0) throw new Error(`sops ${args.join(" ")}: ${answer.stderr}`);
        return answer.stdout;
      },
      async ours(argv, input = new Uint8Array()) {
        const call = {
          argv,
          cwd: folder,
          env,
          stdin: input,
          etc: folder,
          answers: [],
          hasEditor: false,
          isTerminal: false,
          uid: 1000,
        };
        const { code, stdout, stderr } = await secrets(call);
        if (code !== 0) throw new Error(`secrets ${argv.join(" ")}: ${stderr}`);
        return Buffer.from(stdout);
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function theyRead({ sops }: Place, { file, call, stdin, expected }: Use): void {
  const answer = sops(call, stdin === true ? file : undefined);
  if (expected instanceof Uint8Array) expect(answer).toEqual(Buffer.from(expected));
  else if (typeof expected === "string") expect(answer.toString()).toBe(expected);
  else expect(JSON.parse(answer.toString())).toEqual(expected);
}

/** Encrypted by us, and read by their call; then with one value that we changed. */
async function weWrite(place: Place, use: Use): Promise<void> {
  const { file, mark, set } = use;
  await place.ours(["encrypt", "-i", file]);
  const sealed = readFileSync(join(place.folder, file), "utf8");
  expect(sealed).toMatch(mark);
  theyRead(place, use);
  if (set === undefined) return;
  writeFileSync(join(place.folder, file), sealed);
  const [key, value] = set;
  await place.ours(["set", file, key, value]);
  const path = key
    .split("/")
    .map((step) => `["${step}"]`)
    .join("");
  expect(place.sops(["decrypt", "--extract", path, file]).toString()).toBe(JSON.parse(value));
}

/** Encrypted by sops: we read the same values, and saving it unchanged writes nothing. */
async function theyWrite(place: Place, use: Use): Promise<void> {
  const { file, call } = use;
  place.sops(["encrypt", "-i", file]);
  const sealed = readFileSync(join(place.folder, file));
  const open = await place.ours(["decrypt", file]);
  await place.ours(["edit", file], open);
  await place.ours(["rekey", file]);
  expect(readFileSync(join(place.folder, file))).toEqual(sealed);
  if (call.includes("--in-place")) return;
  const asked = call.filter((word) => !["decrypt", "--decrypt", "-d", "/dev/stdin", file].includes(word));
  const [us, them] = [await place.ours(["decrypt", ...asked, file]), place.sops(["decrypt", ...asked, file])];
  const type = call[call.indexOf("--output-type") + 1] ?? "";
  const format = call.includes("--extract") ? undefined : isFormatName(type) ? type : formatOfPath(file);
  if (format === undefined || format === "binary") expect(us).toEqual(them);
  else expect(facts(us.toString(), await loadFormat(format))).toEqual(facts(them.toString(), await loadFormat(format)));
  await place.ours(["rotate", file]);
  theyRead(place, use);
}

/** Flux reads a Secret as the API has it: JSON with sorted keys, whose MAC it does not ask for. */
async function sortedByTheApi({ ours, sops, folder }: Place): Promise<void> {
  await ours(["encrypt", "-i", "secret.yaml"]);
  const sealed: unknown = parse(readFileSync(join(folder, "secret.yaml"), "utf8"));
  writeFileSync(join(folder, "api.json"), JSON.stringify(sorted(sealed)));
  const answer = sops(["decrypt", "--ignore-mac", "--input-type", "json", "--output-type", "json", "api.json"]);
  expect(JSON.parse(answer.toString())).toMatchObject({
    data: { password: "aHVudGVyMg==" },
    stringData: { token: "line\ntwo\n" },
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

describePeer("sops", (check) => {
  const secret = USES.find(({ file }) => file === "secret.yaml");
  if (secret === undefined) throw new Error("no Secret");
  check(`${secret.of}, sorted by the API server: Flux reads what we encrypt`, (path) =>
    inPlace(path, secret, sortedByTheApi),
  );
  for (const use of USES) {
    check(`${use.of}: what we encrypt they read`, (path) => inPlace(path, use, (place) => weWrite(place, use)));
    check(`${use.of}: what they encrypt we read, and leave alone`, (path) =>
      inPlace(path, use, (place) => theyWrite(place, use)),
    );
  }
});
