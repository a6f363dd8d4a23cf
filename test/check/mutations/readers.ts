/** Which readers too many or too few must be found? */
import { parseRecipient } from "../../../src/keys/index.ts";
import { passphraseRecipient, passphraseRing } from "../../../src/keys/kinds/scrypt.ts";
import { ageRecipients } from "../../../src/policy/policy.ts";
import { sopsRecipients } from "../../../src/policy/sops-recipients.ts";
import { PLAINTEXTS, scriptKey } from "../bases.ts";
import type { Repository } from "../repository.ts";
import { ageFile, rulingOf, sopsFile } from "../sealed.ts";
import { ageIn, first, onFile, tracked, wholeYaml, type Mutation } from "./mutation.ts";

const everybody = (repository: Repository, file: string) => ageRecipients(rulingOf(repository.policy, file).readers);
const inDocuments = (repository: Repository, file: string) => sopsRecipients(rulingOf(repository.policy, file).readers);
const stranger = async () => parseRecipient(scriptKey("age-9.pub"));
const hasSeveral = (repository: Repository, file: string) => everybody(repository, file).length > 1;

export const readers: readonly Mutation[] = [
  onFile(
    "a member too many reads a sops file",
    (repository) =>
      tracked(repository).find(
        (file) =>
          /^(secrets|systems)\/.*\.yaml$/.test(file) &&
          /ENC\[/.test(repository.text(file)) &&
          outsider(repository, file) !== undefined,
      ),
    async (repository, file) => {
      const extra = outsider(repository, file);
      if (extra === undefined) return [];
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [[...inDocuments(repository, file), extra]] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a stranger reads a sops file",
    (repository) => (wholeYaml(repository)?.startsWith("pki") === true ? undefined : wholeYaml(repository)),
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [[...inDocuments(repository, file), await stranger()]] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a reader is missing in a sops file",
    (repository) => {
      const file = wholeYaml(repository);
      return file !== undefined && !file.startsWith("pki") && hasSeveral(repository, file) ? file : undefined;
    },
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [inDocuments(repository, file).slice(1)] },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a sops file lies where no rule reaches",
    (repository) => first(repository, /^secrets\/api\.json$/),
    (repository, file) => {
      repository.move(file, "deploy/api.json");
      repository.git("add", "--all");
      return ["SEC004 deploy/api.json"];
    },
  ),
  onFile(
    "a path of the policy is misspelt",
    (repository) => (tracked(repository).includes("secrets/stage/app.yaml") ? ".sops.yaml" : undefined),
    (repository, file) => {
      repository.edit(file, (text) => text.replace("secrets/token.age", "secrets/tokn.age"));
      return [`SEC017 ${file}`, "SEC004 secrets/token.age"];
    },
  ),
  onFile(
    "a file is copied over another with other readers",
    (repository) => first(repository, /^secrets\/app\.yaml$/),
    (repository, file) => {
      repository.write("secrets/stage/app.yaml", repository.read(file));
      return ["SEC004 secrets/stage/app.yaml", "SEC003 secrets/stage/app.yaml"];
    },
  ),
  onFile(
    "a reader leaves the policy",
    (repository) => (tracked(repository).includes("secrets/stage/app.yaml") ? ".sops.yaml" : undefined),
    (repository, file) => {
      repository.edit(file, (text) => text.replace("ops: [alice, bob]", "ops: [alice]"));
      const files = tracked(repository)
        .filter(
          (path) =>
            /^(secrets\/(?!token|legacy)|k8s)/.test(path) &&
            (path.endsWith(".age") || /ENC\[/.test(repository.text(path))),
        )
        .map((path) => `SEC004 ${path}`);
      // Nothing else lets him read.
      return [...files, `SEC017 ${file}`];
    },
  ),
  onFile(
    "a member too many reads an .age file",
    (repository) =>
      ageIn(repository).find((file) => repository.policy.readerHint && outsider(repository, file) !== undefined),
    async (repository, file) => {
      const extra = outsider(repository, file);
      const recipients = [...everybody(repository, file), ...(extra === undefined ? [] : [extra])];
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { recipients }));
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "a reader is missing in an .age file",
    (repository) => ageIn(repository).find((file) => repository.policy.readerHint && hasSeveral(repository, file)),
    async (repository, file) => {
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: everybody(repository, file).slice(1) },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "an SSH reader is missing in an .age file without the hint",
    (repository) =>
      ageIn(repository).find(
        (file) =>
          everybody(repository, file).every(({ kind }) => kind.startsWith("ssh")) && hasSeveral(repository, file),
      ),
    async (repository, file) => {
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: everybody(repository, file).slice(1), hint: false },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
  onFile(
    "an .age file without the hint has a reader too many",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      const recipients = [...everybody(repository, file), await stranger()];
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, { recipients, hint: false }));
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "an .age file without the hint has a reader too few",
    (repository) =>
      ageIn(repository).find((file) => everybody(repository, file).filter(({ kind }) => kind === "x25519").length > 1),
    async (repository, file) => {
      const all = everybody(repository, file);
      const gone = all.findIndex(({ kind }) => kind === "x25519");
      repository.write(
        file,
        await ageFile(
          repository.policy,
          { path: file, text: "x" },
          { recipients: all.toSpliced(gone, 1), hint: false },
        ),
      );
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "an .age file is sealed with a passphrase",
    (repository) => ageIn(repository)[0],
    async (repository, file) => {
      const sealing = {
        recipients: [passphraseRecipient],
        keyring: passphraseRing("passphrase", { logN: 4 }),
        hint: false,
      };
      repository.write(file, await ageFile(repository.policy, { path: file, text: "x" }, sealing));
      return [`SEC009 ${file}`];
    },
  ),
  onFile(
    "the groups of the policy are one group in the file",
    (repository) => first(repository, /^pki\/root\//),
    async (repository, file) => {
      repository.write(
        file,
        await sopsFile(
          repository.policy,
          { path: file, text: PLAINTEXTS.yaml },
          { readers: [inDocuments(repository, file)], threshold: 0 },
        ),
      );
      return [`SEC004 ${file}`];
    },
  ),
];

function outsider({ policy }: Repository, file: string) {
  const inside = new Set(rulingOf(policy, file).readers.flatMap(({ keys }) => keys.map(({ id }) => id)));
  return policy.members.flatMap(({ keys }) => keys).find(({ id }) => !inside.has(id));
}
