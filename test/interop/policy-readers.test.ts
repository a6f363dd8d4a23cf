/**
 * Does stock sops encrypt for the very readers that we find in a policy, however it is written?
 *
 * For each policy both choose the same readers and selection, or we refuse it. That sops refuses what we take is a failure
 * too. A table, and texts made from seeds: a few on every run, more from SECRETS_SEED on with SECRETS_FUZZ_POLICIES=5000.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { SecretsError } from "../../src/errors.ts";
import { wantedReaders } from "../../src/agreement/sops-document.ts";
import { wantedSettings } from "../../src/agreement/wanted-settings.ts";
import { policyText } from "../../src/policy/policy-text.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { madePolicy, mutatedPolicy } from "../policy/made-policies.ts";
import { ODD, PATH } from "../policy/odd-policies.ts";
import { IS_WHOLE } from "../sample.ts";
import { SEED } from "../seed.ts";
import { describePeer } from "./peer.ts";

const FEW = IS_WHOLE ? 150 : 40;
const COUNT = Number(process.env["SECRETS_FUZZ_POLICIES"] ?? FEW);
const AT_ONCE = 4;

interface Chosen {
  /** By key group; of an SSH key its kind and its key. */
  readonly groups: readonly (readonly string[])[];
  readonly threshold: number;
  readonly selection: string;
}

type Answer = Chosen | "refused";

function chosen(groups: readonly (readonly string[])[], threshold: number, selection: object): Chosen {
  const keys = groups.map((group) => [...new Set(group.map((text) => text.split(/\s+/).slice(0, 2).join(" ")))].sort());
  // sops writes down a threshold that no group heeds.
  return { groups: keys, threshold: groups.length > 1 ? threshold : 0, selection: JSON.stringify(selection) };
}

async function ours(bytes: Uint8Array): Promise<Answer> {
  try {
    const ruling = (await parsePolicy(policyText(bytes, ".sops.yaml"), ".sops.yaml")).rule(PATH);
    if (ruling === undefined || ruling.compiled !== "agrees" || ruling.settings.foreign.length > 0) return "refused";
    const { groups, threshold } = await wantedReaders(ruling);
    if (groups.some((group) => group.length === 0)) return "refused";
    const { rule, macOnlyEncrypted } = wantedSettings(ruling);
    const texts = groups.map((group) => group.map(({ text }) => text));
    return chosen(texts, threshold === 0 ? groups.length : threshold, [rule?.name, rule?.value, macOnlyEncrypted]);
  } catch (error) {
    if (error instanceof SecretsError && error.code === "policy") return "refused";
    throw error;
  }
}

interface Written {
  readonly age?: readonly { readonly recipient: string }[];
  readonly key_groups?: readonly { readonly age?: readonly { readonly recipient: string }[] }[];
  readonly shamir_threshold?: number;
  readonly mac_only_encrypted?: boolean;
}

async function theirs(sops: string, folder: string, bytes: Uint8Array): Promise<Answer> {
  mkdirSync(folder);
  writeFileSync(join(folder, ".sops.yaml"), bytes);
  writeFileSync(join(folder, "in.json"), '{"a":1}');
  const sealed = await new Promise<string | undefined>((resolve) => {
    const env = { HOME: folder, PATH: "", SOPS_DISABLE_VERSION_CHECK: "1" };
    execFile(sops, ["encrypt", "--filename-override", PATH, "in.json"], { cwd: folder, env }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
  if (sealed === undefined) return "refused";
  const { sops: written }: { sops: Written } = JSON.parse(sealed);
  const [name, value] = Object.entries(written).find(([key]) => /^(?:un)?encrypted_/.test(key)) ?? [];
  const groups = (written.key_groups ?? [written]).map(({ age = [] }) => age.map(({ recipient }) => recipient));
  return chosen(groups, written.shamir_threshold ?? 0, [name, value, written.mac_only_encrypted ?? false]);
}

/** @returns How often both chose the same readers. */
async function compareAll(sops: string, policies: readonly (readonly [string, string | Buffer])[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "interop-policies-"));
  const waiting = [...policies.entries()];
  let same = 0;
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [index, [title, text]] = next;
      const bytes = Buffer.from(text);
      const our = await ours(bytes);
      const their = await theirs(sops, join(folder, String(index)), bytes);
      if (our !== "refused")
        expect({ title, text: bytes.toString(), ...our }).toEqual({
          title,
          text: bytes.toString(),
          ...(their === "refused" ? { they: "refuse" } : their),
        });
      if (our !== "refused") same += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return same;
}

const made = (make: (seed: number) => string) =>
  Array.from({ length: COUNT }, (_, index) => [`seed ${SEED + index}`, make(SEED + index)] as const);

async function areReadAlike(sops: string, policies: readonly (readonly [string, string | Buffer])[], least: number) {
  expect(await compareAll(sops, policies)).toBeGreaterThan(least);
}

describePeer("sops", (check) => {
  check("policies with every odd construct are read alike or refused", (path) =>
    areReadAlike(path, Object.entries(ODD), 200),
  );
  check("policies made from seeds are read alike or refused", (path) =>
    areReadAlike(path, made(madePolicy), COUNT / 3),
  );
  check("policies with characters changed are read alike or refused", (path) =>
    areReadAlike(path, made(mutatedPolicy), COUNT / 20),
  );
});
