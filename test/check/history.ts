/** A repository with a long history, written at once by `git fast-import`. */
import { spawnSync } from "node:child_process";

export interface History {
  readonly commits: number;
  /** Plain YAML files that each commit changes. */
  readonly files: number;
  /** Versions of the policy, none of them left at the end. */
  readonly policies: readonly string[];
}

/** @param root an empty repository. Of the files every one is changed every 500 times or so. */
export function writeHistory(root: string, { commits, files, policies }: History): void {
  const stream: string[] = [];
  const step = Math.floor(commits / (policies.length + 1));
  for (let commit = 0; commit < commits; commit++) {
    stream.push(`commit refs/heads/main\ncommitter A <a@b> ${1_600_000_000 + commit} +0000\n${data(`${commit}`)}`);
    const policy = commit % step === 0 ? policies[commit / step] : undefined;
    if (policy !== undefined) stream.push(inline(".sops.yaml", policy));
    if (commit === commits - 1) stream.push("D .sops.yaml\n");
    for (let file = 0; file < files; file++) {
      const number = commit * files + file;
      stream.push(inline(`cluster/app${(number * 7) % 499}/release.yaml`, manifest(number)));
    }
  }
  const options = { cwd: root, input: stream.join(""), maxBuffer: 1 << 20 };
  const { status, stderr } = spawnSync("git", ["fast-import", "--quiet"], options);
  if (status !== 0) throw new Error(`git fast-import failed: ${stderr.toString()}`);
}

/** So many versions that differ in their readers or, if told so, in what they encrypt. */
export function policyVersions(count: number, differ: "readers" | "rules"): string[] {
  return Array.from({ length: count }, (_, version) => {
    const selection = differ === "rules" ? `    encrypted_regex: ^(data|stringData|x${version})$\n` : "";
    return `# ${version}\ncreation_rules:\n  - path_regex: ^cluster/.*\\.yaml$\n${selection}    age: ${ALICE}\n`;
  });
}

const ALICE = "age1yy4zlll5283a393gxw2s04l7nerlhzkz5ddc8z800a6lhpl2lfnq0kfcl4";

function manifest(number: number): string {
  const kind = number % 7 === 0 ? "Secret" : "Deployment";
  const containers = Array.from(
    { length: 6 },
    (_, index) => `        - name: c${index}\n          image: registry.example/app:${number}.${index}\n`,
  ).join("");
  return `kind: ${kind}\nmetadata:\n  name: app${number}\ndata:\n  a: b\nspec:\n  template:\n    spec:\n      containers:\n${containers}`;
}

function inline(path: string, text: string): string {
  return `M 100644 inline ${path}\n${data(text)}`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
