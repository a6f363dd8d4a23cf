/**
 * What do `.gitignore` and `.gitattributes` do to secrets?
 */
import { join } from "node:path";
import { isAge } from "../../documents/age/header-bytes.ts";
import type { LineFile } from "../../findings/reading/commands.ts";
import type { EncryptedFile, TreeFacts } from "../../findings/finding.ts";
import { rules } from "../../findings/index.ts";
import type { Git } from "../../git/git.ts";
import { attributesOf, ignoredAmong, ignoredFiles } from "../../git/listing.ts";
import { readInput } from "../../io/input.ts";
import type { Project } from "../../operations/project/project.ts";
import { readFiles } from "../scope/blob-reading.ts";
import type { PolicySet } from "./policies.ts";
import { posixPath } from "../scope/inside.ts";

/** @param encrypted the encrypted files that were seen: path, and whether the bytes are binary. */
export async function treeFacts(
  project: Project,
  { git, policies }: { git: Git; policies: PolicySet },
  encrypted: readonly Pick<EncryptedFile, "path" | "binary">[],
): Promise<TreeFacts> {
  const hasPolicy = policies.entries.some(({ policy }) => policy !== undefined);
  const [gitignore, gitattributes] = await Promise.all([
    lineFile(project, join(git.root, ".gitignore")),
    lineFile(project, join(git.root, ".gitattributes")),
  ]);
  if (!hasPolicy && encrypted.length === 0) {
    return { hasPolicy, gitignore, gitattributes, shouldIgnore: new Map(), ignoredSecrets: [], encrypted: [] };
  }
  const exact = policies.entries.flatMap(({ path, policy }) =>
    (policy?.exactPaths ?? []).map((inside) => posixPath(git.root, join(git.root, path, "..", inside))),
  );
  const names = rules.flatMap(({ needs }) => needs?.ignored ?? []);
  const [ignored, lying, attributes] = await Promise.all([
    ignoredAmong(git, [...names, ...exact]),
    ignoredFiles(git),
    attributesOf(
      git,
      encrypted.map(({ path }) => path),
      rules.flatMap(({ needs }) => needs?.attributes ?? []),
    ),
  ]);
  const governed = lying.filter((path) => (policies.governs(path)?.enforcement ?? "never") !== "never");
  const secrets: string[] = [];
  const absolute = new Map(governed.map((path) => [join(git.root, path), path]));
  await readFiles(project.host.files, [...absolute.keys()], {
    file: async (file, bytes) => void (isSecret(bytes) && secrets.push(absolute.get(file) ?? file)),
    failed: () => undefined,
  });
  return {
    hasPolicy,
    gitignore,
    gitattributes,
    shouldIgnore: new Map(names.map((name) => [name, ignored.has(name)])),
    ignoredSecrets: [...new Set([...exact.filter((path) => ignored.has(path)), ...secrets])].sort(),
    encrypted: encrypted.map((file) => ({
      ...file,
      attributes: attributes.get(file.path) ?? new Map<string, string>(),
    })),
  };
}

async function lineFile(project: Project, path: string): Promise<LineFile> {
  const bytes = await readInput(project.host.files, { path, shown: path }).catch(() => undefined);
  return { file: project.show(path), isCut: ![undefined, 0x0a].includes(bytes?.at(-1)) };
}

/** Whether the file is encrypted: that somebody ignores plaintext is well. */
function isSecret(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isAge(bytes) || (text.includes("ENC[AES256_GCM,") && text.includes("lastmodified"));
}
