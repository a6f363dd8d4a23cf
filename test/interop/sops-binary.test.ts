import { expect } from "vitest";
import { binary } from "../../src/formats/binary.ts";
import { settingsIn } from "../../src/agreement/wanted-settings.ts";
import { DEFAULT_SETTINGS } from "../../src/documents/sops/selection.ts";
import { editDocument, rotateDocument } from "../../src/documents/sops/verbs.ts";
import { keyring } from "../../src/keys/index.ts";
import { freshly, identitiesOf, NOW, opened } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { KEYS, withSops, type Sops } from "./sops-peer.ts";

const settings = settingsIn(binary, DEFAULT_SETTINGS);
const SAMPLES: readonly Uint8Array[] = [
  Buffer.from("plain text\n"),
  Buffer.from("\n"),
  Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 0x0a]),
  Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
  Buffer.from("ENC[AES256_GCM,data:x]"),
  Buffer.alloc(100_000, 0xc3),
];

async function bothWays(sops: Sops): Promise<void> {
  const identities = await identitiesOf(KEYS.native);
  const recipients = [identities.flatMap((each) => each.recipients)];
  const text = recipients[0]?.[0]?.text ?? "";
  for (const bytes of SAMPLES) {
    const latin1 = Buffer.from(bytes).toString("latin1");
    const ours = await freshly({ text: latin1, format: binary, recipients, settings });
    sops.write("ours.bin", ours.text);
    sops.run(["decrypt", "--output", "plain.out", "ours.bin"]);
    // Written by sops and encrypted by it again, the bytes are still those.
    sops.run(["encrypt", "--age", text, "--input-type", "binary", "--output", "theirs.bin", "plain.out"]);
    const theirs = await opened(sops.read("theirs.bin"), binary, identities);
    expect(theirs.openText).toBe(latin1);
    expect(Object.keys(JSON.parse(ours.text).sops).sort()).toEqual(Object.keys(JSON.parse(theirs.text).sops).sort());
    const edited = await editDocument(theirs, { text: "changed", now: NOW });
    expect(sops.decrypt("edited.bin", edited.text)).toBe("changed");
    const rotated = await rotateDocument(theirs, { readers: { groups: recipients, threshold: 0 }, keyring, now: NOW });
    sops.write("rotated.bin", rotated.text);
    sops.run(["rotate", "-i", "rotated.bin"]);
    expect((await opened(sops.read("rotated.bin"), binary, identities)).openText).toBe(latin1);
  }
}

describePeer("sops", (check) => {
  check("binary: bytes pass through both, and each changes what the other made", (path) =>
    withSops(path, { native: KEYS.native }, bothWays),
  );
});
