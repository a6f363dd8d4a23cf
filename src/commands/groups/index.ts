/** `secrets groups …` */
import type { CommandFamily } from "../command.ts";
import { add } from "./add.ts";
import { remove } from "./delete.ts";

export const groups: CommandFamily = {
  name: "groups",
  group: "Team",
  summary: "add or delete a key group of a sops file that no rule covers",
  commands: [add, remove],
};
