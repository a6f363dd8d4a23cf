/**
 * What does the program need from the world?
 *
 * Everything that is not pure goes through one `Host` of at most ten members; `node-host.ts` is the real one, dry-run
 * and tests are wrappers around it. Members are properties, so that they can be replaced one by one.
 */

export interface FileStat {
  /** `other`: a device or a socket. */
  readonly kind: "file" | "directory" | "symlink" | "pipe" | "other";
  /** Permission bits, 0o777 at most. */
  readonly mode: number;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  /** Device and inode: equal means the same file. */
  readonly identity: string;
}

/** An open file; every call may write or read less than all only at the end of the file. */
export interface OpenFile {
  /** Reads up to `buffer.length` bytes from the current position; 0 at the end. */
  read(buffer: Uint8Array): Promise<number>;
  /** Writes all of it. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Errors are Node's own (`code` is ENOENT, EACCES …); callers turn them into SecretsErrors with `ioError`. */
export interface Files {
  /** Nothing is written in a dry run, and what would write does nothing: who needs more than that has to ask. */
  readonly isDry?: boolean;
  /** A regular file, through links: EOPNOTSUPP for a pipe or a device, which may never end, EFBIG for over 512 MB. */
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Never follows the last symlink when `follow` is false (default true). Undefined: nothing there. */
  readonly stat: (path: string, options?: { follow?: boolean }) => Promise<FileStat | undefined>;
  readonly list: (directory: string) => Promise<string[]>;
  readonly realpath: (path: string) => Promise<string>;
  /**
   * `read`: existing file. `read-itself`: the same, but a symlink is ELOOP and a FIFO does not block. `create`: O_EXCL,
   * with `mode` (default 0600, less the umask) from the first moment.
   */
  readonly open: (path: string, how: "read" | "read-itself" | "create", mode?: number) => Promise<OpenFile>;
  readonly chmod: (path: string, mode: number) => Promise<void>;
  /** Of a symlink itself, never of what it leads to. */
  readonly chown: (path: string, uid: number, gid: number) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Hard link; fails where `to` exists. */
  readonly link: (from: string, to: string) => Promise<void>;
  /** A file, or a symlink itself. */
  readonly remove: (path: string) => Promise<void>;
  /** An empty directory, and nothing else. */
  readonly removeDirectory: (path: string) => Promise<void>;
  /** With its parents; one that is there already is not an error. `mode` (default 0777) loses the umask. */
  readonly makeDirectory: (path: string, mode?: number) => Promise<void>;
  /**
   * Makes a directory, 0700, which goes with all that is in it however this program ends, `kill -9` included. The answer
   * removes it now.
   */
  readonly makeScratch: (path: string) => Promise<() => Promise<void>>;
  /** One that somebody left, with all that is in it, whatever an editor locked against us. */
  readonly removeScratch: (path: string) => Promise<void>;
  /** Whether what is written below this directory stays in memory (tmpfs, ramfs). */
  readonly inMemory: (directory: string) => Promise<boolean>;
  /** fsync of a directory; what a file system cannot do (EINVAL, ENOTSUP, EPERM) is not an error. */
  readonly syncDirectory: (path: string) => Promise<void>;
}

export interface Terminal {
  /** Whether a question can be put to somebody: there is a controlling terminal, no `CI`, no `--no-input`. */
  readonly canAsk: boolean;
  /** Whether an editor can be started: on the same terms. */
  readonly canEdit: boolean;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Characters in a line, where there is a terminal. */
  readonly columns: number | undefined;
  /** A line typed visibly. */
  readonly ask: (question: string) => Promise<string>;
  /** A line typed without echo; the terminal is restored on every way out. */
  readonly askHidden: (question: string) => Promise<string>;
}

export interface ChildResult {
  /** The child's exit code, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The signal that was sent to us while the child owned the terminal, and that we passed on to it. */
  readonly forwarded?: Signal | undefined;
}

export interface ChildOptions {
  readonly cwd?: string;
  /** The whole environment of the child; without it, ours. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: Uint8Array;
  /**
   * Takes the child's output piece by piece instead of `stdout`; the child waits while it is taken. What this throws ends
   * the child.
   */
  readonly output?: (piece: Uint8Array) => void | Promise<void>;
  /**
   * `inherit`: the child owns the terminal (an editor); SIGINT and SIGQUIT are its business alone, SIGTERM and SIGHUP
   * are passed on to it. `capture`: its output comes back.
   */
  readonly terminal: "inherit" | "capture";
}

/** A child as it is spoken to. */
export interface Peer {
  /** Its next line, in UTF-8 and without the line end; undefined when it has closed its output. */
  readonly read: () => Promise<string | undefined>;
  /** Resolves when the text is handed over; rejects with code EPIPE when the child is gone. */
  readonly write: (text: string) => Promise<void>;
}

/** What came of a conversation, and how the child ended. */
export interface Conversation<T> extends Pick<ChildResult, "code" | "signal" | "stderr"> {
  readonly answer: T;
}

export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface System {
  readonly platform: "linux" | "darwin" | "win32" | (string & {});
  readonly cwd: string;
  /** Home directory, or undefined where there is none. */
  readonly home: string | undefined;
  readonly hostname: string;
  readonly uid: number | undefined;
  readonly pid: number;
  /** Where temporary files go by the system's own rule. */
  readonly temporary: string;
  /** When that process began, in words that no other process of this machine shares, boots included; undefined: no such process. */
  readonly started: (pid: number) => Promise<string | undefined>;
}

/** What the program was started with. */
export interface Streams {
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Resolves when the bytes are handed over; rejects with code EPIPE when the reader is gone. */
  readonly stdout: (bytes: Uint8Array) => Promise<void>;
  readonly stderr: (text: string) => void;
}

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly system: System;
  readonly files: Files;
  readonly terminal: Terminal;
  readonly now: () => Date;
  readonly streams: Streams;
  /**
   * Starts a program by argv, its absolute path first, never through a shell. It sees only the absolute entries of PATH.
   * Rejects with ENOENT where it does not exist.
   */
  readonly run: (argv: readonly string[], options: ChildOptions) => Promise<ChildResult>;
  /**
   * Starts a program as `run` does, and speaks with it line by line. When `talk` is done the child's input is closed and its end
   * awaited; what `talk` throws ends the child.
   */
  readonly converse: <T>(
    argv: readonly string[],
    options: Pick<ChildOptions, "cwd" | "env">,
    talk: (peer: Peer) => Promise<T>,
  ) => Promise<Conversation<T>>;
  /** Runs `cleanup`, and waits for it, before a signal ends the program; answers the way to take it back. */
  readonly onExit: (cleanup: () => void | Promise<void>) => () => void;
}
