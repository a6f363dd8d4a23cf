/** Which programs are there? A line each; the one that is meant is told by the name that it is called by. */
import type { FrontEnd } from "../front-end.ts";

interface Entry {
  readonly name: string;
  readonly load: () => Promise<FrontEnd>;
}

const frontEnds: readonly [Entry, ...Entry[]] = [
  { name: "secrets", load: async () => (await import("./secrets.ts")).secrets },
];

/** @param file that was started, with or without its folder. @returns `secrets` for a name that is nobody's */
export async function frontEndFor(file: string): Promise<FrontEnd> {
  const name = /([^\\/]*?)(?:\.\w+)?$/.exec(file)?.[1];
  const { load } = frontEnds.find((each) => each.name === name) ?? frontEnds[0];
  return load();
}
