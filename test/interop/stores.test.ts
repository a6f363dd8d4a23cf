/**
 * Do the `stores` of a policy indent what we print as they indent what the real sops prints?
 */
import { expect } from "vitest";
import { converted } from "../../src/formats/convert.ts";
import type { FormatName } from "../../src/formats/format.ts";
import { loadFormat } from "../../src/formats/index.ts";
import { parsePolicy } from "../../src/policy/sops-yaml.ts";
import { freshly, identitiesOf } from "../documents/ring.ts";
import { describePeer } from "./peer.ts";
import { KEYS, withSops, type Sops } from "./sops-peer.ts";

const POLICIES = [
  "creation_rules: []\n",
  "stores: { yaml: { indent: 2 }, json: { indent: 2 }, json_binary: { indent: 3 } }\n",
  "stores: { yaml: { indent: 0 }, json: { indent: 0 }, json_binary: { indent: 0 } }\n",
  "stores: { yaml: { indent: 1 }, json: { indent: -1 } }\n",
  "stores:\n  yaml:\n    indent: 9\n    color: red\n  json: { indent: 10 }\n  toml: { indent: 5 }\n",
  "stores: { yaml: { indent: 12 }, json: , json_binary: {} }\n",
];

const OPEN: Readonly<Partial<Record<FormatName, string>>> = {
  yaml: 'a:\n  b:\n    - c: 1\n      d: [2, [3, {e: "x\\n y\\n"}]]\n  f: |\n    one\n    two\n  g: " lead\\n"\n',
  json: '{"a":{"b":[1,[{"c":"x\\n y\\n"}],{}]},"d":"e"}',
};

/** Without what is different each time: the layout. */
const layout = (sealed: string) =>
  sealed.replaceAll(/"(?:ENC\[[^"]*|-----BEGIN[^"]*|20\d\d-[^"]*|age1[^"]*|3\.\d+\.\d+)"/g, '"…"');

async function convertedAlike(sops: Sops, policy: string): Promise<void> {
  const { indents } = await parsePolicy(policy, ".sops.yaml");
  const recipients = [(await identitiesOf(KEYS.native)).flatMap((each) => each.recipients)];
  sops.write(".sops.yaml", policy);
  for (const [name, other] of [
    ["yaml", "json"],
    ["json", "yaml"],
  ] as const) {
    const [from, to] = await Promise.all([loadFormat(name), loadFormat(other)]);
    const text = OPEN[name] ?? "";
    sops.write(`sealed.${name}`, (await freshly({ text, format: from, recipients })).text);
    const ours = converted({ parsed: from.parse(text, "open"), from, to, indent: indents?.get(other) });
    expect(ours.text).toBe(sops.run(["decrypt", "--output-type", other, `sealed.${name}`]));
  }
}

async function envelopesAlike(sops: Sops, policy: string): Promise<void> {
  const { indents } = await parsePolicy(policy, ".sops.yaml");
  const recipients = [(await identitiesOf(KEYS.native)).flatMap((each) => each.recipients)];
  sops.write(
    ".sops.yaml",
    `${policy.replace("creation_rules: []\n", "")}creation_rules: [{ age: "${recipients[0]?.[0]?.text}" }]\n`,
  );
  sops.write("plain.bin", "bytes");
  const format = await loadFormat("binary");
  const settings = { rule: undefined, macOnlyEncrypted: false };
  const ours = await freshly({ text: "bytes", format, recipients, settings, indent: indents?.get("binary") });
  expect(layout(ours.text)).toBe(layout(sops.run(["encrypt", "plain.bin"])));
}

describePeer("sops", (check) => {
  for (const policy of POLICIES) {
    check(`indentation under ${JSON.stringify(policy)}`, (path) =>
      withSops(path, { native: KEYS.native }, async (sops) => {
        await convertedAlike(sops, policy);
        await envelopesAlike(sops, policy);
      }),
    );
  }
});
