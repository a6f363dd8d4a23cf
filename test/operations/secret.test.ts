/** Does a secret of either kind answer the same questions in the same way? */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeHost } from "../../src/io/node-host.ts";
import { collect } from "../../src/io/stream.ts";
import { createProject, type Project } from "../../src/operations/project/project.ts";
import { requireRule } from "../../src/operations/project/rule.ts";
import { newSecret, secretAt } from "../../src/operations/secrets/secret-at.ts";
import type { Plaintext, SealedSecret, Secret, SecretPlace } from "../../src/operations/secrets/secret.ts";
import { writeSecrets } from "../../src/operations/writing/write.ts";
import { once } from "../../src/text/chunks.ts";

const TEXT = "password: one\nother: two\n";

let work: string;
let [alice, bob] = ["", ""];
let recipients: string[] = [];

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "secret-"));
  mkdirSync(join(work, ".git"));
  [alice, bob] = [await generateX25519Identity(), await generateX25519Identity()];
  recipients = [await identityToRecipient(alice), await identityToRecipient(bob)];
});

afterAll(() => {
  rmSync(work, { recursive: true });
});

/** Somebody in a repository whose policy names these. */
function somebody(identity: string, readers: readonly string[]): Project {
  writeFileSync(join(work, ".sops.yaml"), `creation_rules: [{ age: "${readers.join()}" }]\n`);
  const host = nodeHost();
  const env = { SOPS_AGE_KEY: identity };
  return createProject({ host: { ...host, env, system: { ...host.system, home: join(work, "home"), cwd: work } } });
}

async function placeOf(project: Project, file: string): Promise<SecretPlace> {
  const path = join(work, file);
  return { project, path, file, ruled: await requireRule(project, path), options: {}, expected: "absent" };
}

async function at(project: Project, file: string): Promise<Secret> {
  const secret = await secretAt({ ...(await placeOf(project, file)), expected: undefined });
  if (secret === undefined) throw new Error("this is plaintext");
  return secret;
}

function sealed(made: SealedSecret | undefined): SealedSecret[] {
  return made === undefined ? [] : [made];
}

async function made(project: Project, file: string, plaintext: Plaintext = Buffer.from(TEXT)): Promise<void> {
  rmSync(join(work, file), { force: true });
  await writeSecrets(project, sealed(await (await newSecret(await placeOf(project, file))).seal(plaintext)));
}

describe.each(["a.age", "a.yaml", "a.json", "a.env", "a.ini", "a.bin"])("%s", (file) => {
  const text =
    { "a.json": '{"password": "one"}', "a.env": "PASSWORD=one\n", "a.ini": "[a]\npassword = one\n" }[file] ?? TEXT;
  const plain = Buffer.from(text);

  test("is new before it is written, and comes back byte for byte, for those who may", async () => {
    const project = somebody(alice, recipients.slice(0, 1));
    expect((await newSecret(await placeOf(project, file))).isNew).toBe(true);
    await made(project, file, plain);
    const secret = await at(project, file);
    expect(secret.isNew).toBe(false);
    expect(Buffer.from(await secret.open())).toEqual(plain);
    expect(Buffer.from(await collect(await secret.read({})))).toEqual(plain);
    expect(await secret.canOpen()).toBe("yes");
    expect(await (await at(somebody(bob, recipients.slice(0, 1)), file)).canOpen()).toBe("no");
  });

  test("says without a key who reads it, and how that differs from the policy", async () => {
    await made(somebody(alice, recipients.slice(0, 1)), file, plain);
    const agreeing = await (await at(somebody("", recipients.slice(0, 1)), file)).look();
    expect(agreeing?.agreement?.status).toBe("agree");
    expect(agreeing?.standing).toMatchObject({ known: [{ text: recipients[0] }], unknown: 0 });
    const differing = await (await at(somebody("", recipients), file)).look();
    expect(differing?.agreement).toMatchObject({ status: "differ", missing: [recipients[1]] });
  });

  test("sealed again as it is, it stays as it is; changed, it holds the change", async () => {
    const project = somebody(alice, recipients.slice(0, 1));
    await made(project, file, plain);
    const before = readFileSync(join(work, file));
    const secret = await at(project, file);
    await secret.open();
    expect(await secret.seal(plain)).toBeUndefined();
    const changed = Buffer.from(text.replace("one", "three"));
    await writeSecrets(project, sealed(await secret.seal(changed)));
    expect(readFileSync(join(work, file)).equals(before)).toBe(false);
    expect(Buffer.from(await (await at(project, file)).open())).toEqual(changed);
  });

  test("re-encrypted for the readers of the rule, it has the same plaintext under another key", async () => {
    await made(somebody(alice, recipients.slice(0, 1)), file, plain);
    const before = readFileSync(join(work, file));
    const project = somebody(alice, recipients);
    const secret = await at(project, file);
    await writeSecrets(project, [await secret.rewrap({ readers: "rule", newKey: "always" })]);
    expect(readFileSync(join(work, file)).equals(before)).toBe(false);
    expect(Buffer.from(await (await at(somebody(bob, recipients), file)).open())).toEqual(plain);
  });

  test("nothing replaces it unless somebody says so", async () => {
    const project = somebody(alice, recipients.slice(0, 1));
    await made(project, file, plain);
    const refused = async (plaintext: Plaintext) => {
      const [change] = sealed(await (await at(project, file)).seal(plaintext));
      if (change !== undefined) await writeSecrets(project, [change]);
    };
    await expect(refused(new Uint8Array())).rejects.toMatchObject({ code: "refused" });
    await expect(refused(() => once(new Uint8Array()))).rejects.toMatchObject({ code: "refused" });
    expect(Buffer.from(await (await at(project, file)).open())).toEqual(plain);
  });
});

test("a plaintext is not a secret", async () => {
  writeFileSync(join(work, "plain.yaml"), TEXT);
  const project = somebody(alice, recipients);
  expect(await secretAt(await placeOf(project, "plain.yaml"))).toBeUndefined();
});
