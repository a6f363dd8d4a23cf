/** Which verbs write, and what becomes of which files when they do? One case at least for each. */
import { NEW, OLD, policyFor, read, type World, write } from "./world.ts";

export interface Target {
  readonly path: string;
  /** What it holds afterwards: as plaintext behind a seal, or as it stands. */
  readonly becomes: { readonly opened: string } | { readonly plain: (before: string) => boolean };
}

export interface Case {
  readonly argv: readonly string[];
  readonly prepare?: (world: World) => void;
  readonly stdin?: string;
  readonly edit?: (text: string) => string;
  readonly targets: readonly [Target, ...Target[]];
  /** All of the targets change, or none; false where the verb works file by file. */
  readonly together?: false;
  /** What it does where somebody else was faster: begin again, or replace whatever is there; else it stops. */
  readonly raced?: "again" | "replaces";
  /** Files of random names that may stay. */
  readonly leaves?: RegExp;
  /** Files that hold plaintext because somebody wants it so. */
  readonly open?: readonly string[];
}

const document = (password: string): string => `db:\n  password: ${password}\n  user: ${OLD}-user\n`;
const same = (path: string): Target => ({ path, becomes: { opened: path.endsWith(".age") ? OLD : document(OLD) } });
const app = "secrets/app.yaml";
const two = "secrets/two.yaml";
const token = "secrets/token.age";
const changed = (world: World): void => write(world, ".sops.yaml", policyFor("alice", "bob"));
const isJson = (text: string): boolean => text.startsWith("{") && text.trimEnd().endsWith("}");

export const cases: readonly (Case & { readonly argv: readonly [string, ...string[]] })[] = [
  {
    argv: ["edit", app],
    edit: (text) => text.replace(OLD, NEW),
    targets: [{ path: app, becomes: { opened: document(NEW) } }],
  },
  { argv: ["edit", token], edit: () => NEW, targets: [{ path: token, becomes: { opened: NEW } }] },
  {
    argv: ["set", app, "db/password", "--value-stdin"],
    stdin: `${NEW}\n`,
    targets: [{ path: app, becomes: { opened: document(NEW) } }],
  },
  { argv: ["set", token, "--value-stdin"], stdin: NEW, targets: [{ path: token, becomes: { opened: NEW } }] },
  {
    argv: ["set", "secrets/new/deep/x.age", "--value-stdin"],
    stdin: NEW,
    targets: [{ path: "secrets/new/deep/x.age", becomes: { opened: NEW } }],
  },
  {
    argv: ["edit", "secrets/new.yaml"],
    edit: () => document(NEW),
    targets: [{ path: "secrets/new.yaml", becomes: { opened: document(NEW) } }],
  },
  {
    argv: ["unset", app, "db/user"],
    targets: [{ path: app, becomes: { opened: `db:\n  password: ${OLD}\n` } }],
  },
  {
    argv: ["encrypt", "-i", "secrets/plain.yaml"],
    prepare: (world) => write(world, "secrets/plain.yaml", document(OLD)),
    targets: [{ path: "secrets/plain.yaml", becomes: { opened: document(OLD) } }],
    open: ["work/secrets/plain.yaml"],
  },
  {
    argv: ["encrypt", "-o", "secrets/out.age", "plain"],
    prepare: (world) => write(world, "plain", NEW),
    targets: [{ path: "secrets/out.age", becomes: { opened: NEW } }],
    open: ["work/plain"],
  },
  {
    argv: ["decrypt", "-i", app],
    targets: [{ path: app, becomes: { plain: (text) => text === document(OLD) } }],
    open: [`work/${app}`],
  },
  {
    argv: ["decrypt", "-o", "out", token],
    targets: [{ path: "out", becomes: { plain: (text) => text === OLD } }],
    open: ["work/out"],
  },
  { argv: ["rekey"], prepare: changed, targets: [same(app), same(token), same(two)], raced: "again" },
  {
    argv: ["updatekeys", "-y", app, two],
    prepare: changed,
    targets: [same(app), same(two)],
    together: false,
    raced: "again",
  },
  { argv: ["rotate", app, two], targets: [same(app), same(two)] },
  {
    argv: ["groups", "add", "loose.yaml", "--age", "alice,bob"],
    prepare: (world) => write(world, "loose.yaml", read(world, app) ?? ""),
    targets: [same("loose.yaml")],
  },
  {
    argv: ["policy", "compile"],
    prepare: (world) => write(world, ".sops.yaml", policyFor("alice").replace(/^ +age:.*\n/m, "")),
    targets: [{ path: ".sops.yaml", becomes: { plain: (text) => text === policyFor("alice") } }],
  },
  {
    argv: ["check", "--write-baseline", "baseline.json"],
    prepare: (world) => write(world, "secrets/plain.yaml", document(OLD)),
    targets: [{ path: "baseline.json", becomes: { plain: isJson } }],
    open: ["work/secrets/plain.yaml"],
    raced: "replaces",
  },
  {
    raced: "replaces",
    argv: ["check", "--output", "json:report.json"],
    targets: [{ path: "report.json", becomes: { plain: isJson } }],
  },
  {
    argv: ["trust", "--yes"],
    raced: "replaces",
    // A list that nobody names says nothing.
    leaves: /^home\/\.local\/state\/secrets[^/]*\/trust\/[0-9a-f]{32}\.json$/,
    targets: [{ path: ".git/secrets-trust", becomes: { plain: (text) => /^[0-9a-f]{32}\n$/.test(text) } }],
  },
];

/** Verbs that write nothing but standard output. */
export const looking: readonly string[] = ["get", "ls", "who", "explain", "filestatus"];
