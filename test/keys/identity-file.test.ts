import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { parseIdentityFile } from "../../src/keys/identity-file.ts";
import type { LockedIdentity } from "../../src/keys/recipient.ts";
import { isLocked } from "../../src/keys/locked-identity.ts";

const first = "AGE-SECRET-KEY-1PXRAH86XA2JGJQ2UD9AJ78MXARVWY83WRV7P4UDK2YK4HVTSQSLQVX3L29";
const second = "AGE-SECRET-KEY-1J2WNYTLG790HENWJ88UNU0SV2LUEAVHCUUL54D5NNXZTYUXAT56SNPW9JS";
const hybrid = "AGE-SECRET-KEY-PQ-10UKD3Q3FG9Z662AV0FNSR0RH8P3L9EZQZSK7CJ0PC0VH953V2X4QYTH060";
const plugin = "AGE-PLUGIN-YUBIKEY-1QQQQQQ";

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/age/${name}`, import.meta.url));
}

function parse(text: string | Uint8Array, inline = false): ReturnType<typeof parseIdentityFile> {
  return parseIdentityFile(Buffer.from(text), { origin: "keys.txt", inline });
}

describe("an identity file", () => {
  test("has one identity per line, comments and empty lines between, LF or CRLF", async () => {
    for (const end of ["\n", "\r\n"]) {
      const { identities, warnings } = await parse(["# mine", first, "", "  # old", second, ""].join(end));
      expect(identities.map(({ recipients }) => recipients?.[0]?.kind)).toEqual(["x25519", "x25519"]);
      expect(warnings).toEqual([]);
    }
  });

  test("has at most a thousand of them", async () => {
    expect((await parse(`${first}\n`.repeat(1000))).identities).toHaveLength(1000);
    await expect(parse(`${plugin}\n`.repeat(1001))).rejects.toMatchObject({
      code: "bad-key",
      message: "more than 1,000 identities in one file",
      at: { file: "keys.txt", line: 1001 },
    });
  });

  test("may begin with a byte order mark", async () => {
    expect((await parse(`\uFEFF${first}\n`)).identities).toHaveLength(1);
  });

  test("leaves out what is not supported yet with a warning, and keeps the good ones", async () => {
    const { identities, warnings } = await parse(`${hybrid}\n${first}\n${plugin}\n`);
    expect(identities.map(({ recipients }) => recipients?.[0]?.kind)).toEqual(["mlkem768x25519", "x25519"]);
    expect(warnings).toEqual([expect.stringMatching(/^line 3: skipped: .*plugins/)]);
    expect(warnings.join("")).not.toMatch(/10UKD3|1QQQ/);
  });

  test("with nothing but what is not supported yet holds no identity, which is not an error", async () => {
    expect(await parse(plugin)).toMatchObject({ identities: [], warnings: [expect.any(String)] });
  });

  test.each([
    ["a malformed identity", `${first}\n${first.slice(0, -1)}X\n`, 2, "malformed age identity"],
    ["an identity in lower case", first.toLowerCase(), 1, "malformed age identity"],
    [
      "a recipient",
      "# mine\nage1yy4zlll5283a393gxw2s04l7nerlhzkz5ddc8z800a6lhpl2lfnq0kfcl4",
      2,
      "recipient (public key)",
    ],
    ["an SSH public key", "ssh-ed25519 AAAAC3Nz me", 1, "recipient (public key)"],
    ["prose", "hello", 1, "not an identity"],
    ["two identities on a line", `${first} ${second}`, 1, "malformed age identity"],
  ])("with %s is refused at its line without a letter of it", async (...[, text, line, why]) => {
    const error: unknown = await parse(text).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "bad-key",
      message: expect.stringContaining(why),
      at: { file: "keys.txt", line },
    });
    expect(String(error)).not.toMatch(/XRAH8|xrah8|yy4zl|AAAA|hello/);
  });

  test.each([
    ["empty", "", "no identities found"],
    ["of comments alone", "# nothing\n\n", "no identities found"],
    ["that is binary", Buffer.of(0x80, 0x81, 0xff), "neither text nor an age file"],
    ["in UTF-16", Buffer.from(`\uFEFF${first}`, "utf16le"), "UTF-16"],
  ])("%s is refused", async (_, text, why) => {
    await expect(parse(text)).rejects.toMatchObject({
      code: "bad-key",
      message: expect.stringContaining(why),
      at: { file: "keys.txt" },
    });
  });
});

describe("an identity variable", () => {
  test("may hold several identities on a line, divided by blanks", async () => {
    expect((await parse(`${first}  ${second}\n`, true)).identities).toHaveLength(2);
    expect((await parse(`# two\n${first}\n${second}`, true)).identities).toHaveLength(2);
  });
});

describe("an identity file under a passphrase", () => {
  async function locked(bytes: Uint8Array): Promise<LockedIdentity> {
    const { identities } = await parse(bytes);
    const [source] = identities;
    if (source === undefined || !isLocked(source)) throw new Error("not locked");
    return source;
  }

  test("says nothing of its recipients and opens with its passphrase, asked for once", async () => {
    const source = await locked(fixture("locked.identity"));
    expect(source.recipients).toBeUndefined();
    const ask = vi.fn(() => Promise.resolve("pässword"));
    const [identity] = await source.unlock(ask);
    await source.unlock(ask);
    const plain = (await parse(fixture("x25519.identity"))).identities[0];
    expect(identity?.recipients[0]?.text).toBe(plain?.recipients?.[0]?.text);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask).toHaveBeenCalledWith("keys.txt");
  });

  test("does not open with another one", async () => {
    const unlocking = (await locked(fixture("locked.identity"))).unlock(() => Promise.resolve("password"));
    await expect(unlocking).rejects.toMatchObject({ code: "wrong-passphrase" });
  });

  test("is opened in binary too", async () => {
    const armored = fixture("locked.identity").toString();
    const binary = Buffer.from(armored.replace(/-----.*-----/g, ""), "base64");
    const [identity] = await (await locked(binary)).unlock(() => Promise.resolve("pässword"));
    expect(identity?.recipients[0]?.kind).toBe("x25519");
  });

  test("that was encrypted to a key is refused before anybody is asked", async () => {
    const ask = vi.fn(() => Promise.resolve(""));
    const unlocking = (await locked(fixture("x25519.age"))).unlock(ask);
    await expect(unlocking).rejects.toMatchObject({ code: "bad-key" });
    expect(ask).not.toHaveBeenCalled();
  });

  test("that holds no identities is refused like any other", async () => {
    const unlocking = (await locked(fixture("passphrase.age"))).unlock(() => Promise.resolve("pässword"));
    await expect(unlocking).rejects.toMatchObject({ code: "bad-key" });
  });

  test("that is damaged is a SecretsError wherever the damage is", async () => {
    const whole = fixture("locked.identity");
    const ask = (): Promise<string> => Promise.resolve("pässword");
    for (let size = 64; size < whole.length; size += 23) {
      const source = await locked(whole.subarray(0, size));
      await expect(source.unlock(ask)).rejects.toMatchObject({ name: "SecretsError" });
    }
  });
});
