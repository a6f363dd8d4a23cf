/** `secrets policy …` */
import type { CommandFamily } from "../command.ts";
import { compile } from "./compile.ts";
import { convert } from "./convert.ts";

export const policy: CommandFamily = {
  name: "policy",
  group: "Team",
  summary: "compile the policy for stock sops, or convert it",
  commands: [compile, convert],
};
