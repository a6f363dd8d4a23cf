/**
 * What is read, and where does it go?
 */
import { SecretsError } from "../../errors.ts";
import { digest, readStream } from "../../io/stream.ts";
import { attempt } from "../../io/io-error.ts";
import { statOf, type Project } from "./project.ts";

/** What is read, and where it goes. */
export interface Passage {
  /** Paths, or `-` for standard input; several only in place. */
  readonly inputs: readonly string[];
  /** A path, or undefined for standard output. */
  readonly output?: string | undefined;
  readonly inPlace?: boolean | undefined;
}

/** One input, and the path that is written; undefined for standard output. */
export interface Route {
  readonly input: string;
  readonly output: string | undefined;
}

/** @throws SecretsError `usage` for what excludes one another */
export function routesOf({ inputs, output, inPlace }: Passage): Route[] {
  const refuse = (message: string, hint: string) => {
    throw new SecretsError("usage", message, { hint });
  };
  if (inPlace === true && output !== undefined) refuse("-i and -o cannot be combined", "either -i or -o OUT");
  if (inPlace === true && inputs.includes("-"))
    refuse("standard input cannot be changed in place", "name a file, or use -o OUT");
  if (inPlace !== true && inputs.length > 1) refuse("several files for one output", "give -i to change each in place");
  return inputs.map((input) => ({ input, output: inPlace === true ? input : outputPath(output) }));
}

/** The path that is meant by an output: undefined for standard output, by whatever name. */
export function outputPath(output: string | undefined): string | undefined {
  const names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
  return output === undefined || names.includes(output) ? undefined : output;
}

/** SHA-256 of the file that is there now; undefined where nothing is. */
export async function digestOf(project: Project, path: string): Promise<string | undefined> {
  if ((await statOf(project, path))?.kind !== "file") return undefined;
  return attempt(project.show(path), "read", async () => (await digest(readStream(project.host.files, path))).sha256);
}
