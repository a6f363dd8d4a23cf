/**
 * What is said of a failure after the moment from which on a write will be done?
 */
import { SecretsError } from "../errors.ts";

/** Past the commit point: the staged files are not ours to remove any more. */
export class CommittedError extends Error {
  override readonly name = "CommittedError";
  readonly failure: unknown;
  /** Whether the journal is known to be in place. */
  readonly certain: boolean;

  constructor(failure: unknown, certain: boolean) {
    super("past the commit point", { cause: failure });
    this.failure = failure;
    this.certain = certain;
  }
}

/** Does what comes after the commit point; a failure says what will become of it. @throws CommittedError */
export async function afterCommit(action: () => Promise<unknown>, outcome: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new CommittedError(explained(error, outcome), true);
  }
}

/** A SecretsError with its outcome behind it; any other error as it is. */
export function explained(error: unknown, outcome: string): unknown {
  return error instanceof SecretsError ? error.with({ message: `${error.message}; ${outcome}` }) : error;
}
