/**
 * What has the user asked for, in every repository?
 *
 * `config.yaml` in the user's own configuration directory, never in a repository. Nearly always there is none.
 */
import { join } from "node:path";
import { SecretsError } from "../../errors.ts";
import { attempt } from "../../io/io-error.ts";
import { configDirectory } from "./user-directories.ts";
import { statOf, type Project } from "./project.ts";

export interface UserConfig {
  /** `pin`: nothing is encrypted to a key that was not confirmed. */
  readonly trust: "pin" | "off";
}

const TRUST = ["pin", "off"] as const;

/** @throws SecretsError `policy` with the place: a setting that is not known, or is not what it must be */
export async function userConfig(project: Project): Promise<UserConfig> {
  const directory = configDirectory(project.host);
  if (directory === undefined) {
    project.tell("no home directory (HOME, XDG_CONFIG_HOME): your own configuration is not read");
    return { trust: "off" };
  }
  const path = join(directory, "config.yaml");
  if ((await statOf(project, path)) === undefined) return { trust: "off" };
  const file = project.show(path);
  const text = new TextDecoder().decode(await attempt(file, "read", () => project.host.files.read(path)));
  const [{ readYaml }, { checkKeys, entriesOf, textOf, valueOf }] = await Promise.all([
    import("../../policy/yaml-node.ts"),
    import("../../policy/yaml-shape.ts"),
  ]);
  const root = readYaml(text, file);
  const entries = entriesOf(root, { what: "the configuration", example: "trust: pin" });
  checkKeys(entries, ["trust"], true);
  const node = valueOf({ kind: "mapping", at: root.at, entries }, "trust");
  const written = textOf(node, { what: "trust", example: "trust: pin" }) ?? "off";
  const trust = TRUST.find((known) => known === written);
  if (trust !== undefined) return { trust };
  throw new SecretsError("policy", "trust must be pin or off", { at: node?.at ?? { file }, hint: "write trust: pin" });
}
