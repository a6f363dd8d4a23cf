import { homedir } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

// Where test/interop/peers puts the real tools; tests find them on PATH.
const peers =
  process.env["SECRETS_PEERS_DIR"] ??
  path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "secrets-cli", "peers", "bin");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    env: { PATH: `${peers}${path.delimiter}${process.env["PATH"] ?? ""}` },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
