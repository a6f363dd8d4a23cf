/** What can I ask for? The table of contents of the program, in the order of `--help`. */
import type { CommandFamily, CommandSpec } from "./command.ts";
import { check } from "./check.ts";
import { decrypt } from "./decrypt.ts";
import { edit } from "./edit.ts";
import { encrypt } from "./encrypt.ts";
import { explain } from "./explain.ts";
import { filestatus } from "./filestatus.ts";
import { get } from "./get.ts";
import { groups } from "./groups/index.ts";
import { ls } from "./ls.ts";
import { policy } from "./policy/index.ts";
import { rekey } from "./rekey.ts";
import { rotate } from "./rotate.ts";
import { set } from "./set.ts";
import { trust } from "./trust.ts";
import { unset } from "./unset.ts";
import { updatekeys } from "./updatekeys.ts";
import { who } from "./who.ts";

export const commands: readonly (CommandSpec | CommandFamily)[] = [
  edit,
  get,
  set,
  unset,
  encrypt,
  decrypt,
  rekey,
  updatekeys,
  rotate,
  groups,
  policy,
  trust,
  ls,
  who,
  check,
  explain,
  filestatus,
];
