/** SEC018: is there something odd in the metadata of an encrypted file? */
import { stepsText } from "../../formats/place.ts";
import { staysClear } from "../../formats/scalar.ts";
import { usableSelection } from "../../documents/sops/selection.ts";
import type { SopsDocument } from "../../documents/sops/document.ts";
import type { Draft, Rule } from "../finding.ts";
import { unknownFields } from "../reading/metadata-fields.ts";
import { placeOf, placesOfWords } from "../reading/place.ts";

/** Clocks differ; a day is more than that. */
const TOLERANCE = 24 * 60 * 60 * 1000;

export const sec018: Rule = {
  id: "SEC018",
  title: "weak or foreign metadata",
  severity: "warning",
  explanation: {
    what: "A sops file has mac_only_encrypted although its rule does not ask for it, and values in clear that its MAC so does not cover; or a Shamir threshold that does not fit its key groups; or a lastmodified in the future. Or the metadata has a field that no sops writes, or names a version that there is none of, which are warnings.",
    why: "Values in clear can be changed unseen. With too high a threshold nobody can open the file at all. A time in the future says that a clock, or the metadata, was tampered with. A version that does not exist was written by hand; some of them stop sops. What stands under a field of another name is in clear, covered by no MAC, and gone when sops next writes the file.",
    mend: "secrets rekey FILE brings mac_only_encrypted to the policy, and secrets rekey --force FILE writes the time anew. Where these say that the file does not open, or the MAC does not authenticate, take it from the last commit in which it was whole (git checkout COMMIT -- FILE). Take a field that is not sops' out of the block, and change what stood in it if it was secret.",
    limits:
      "A time up to one day ahead is taken for a clock that is fast. Fields are known as sops 3.13 and older write them; secrets_spelling is ours.",
  },
  file: async ({ content, governed, now }) => {
    if (content.kind !== "sops") return [];
    const { document } = content;
    const asked = governed?.ruling.settings.macOnlyEncrypted === true;
    return [
      ...(asked ? [] : await uncovered(document)),
      ...threshold(document),
      ...version(document),
      ...future(document, now),
      ...unknown(document),
    ];
  },
};

async function uncovered({ metadata, parsed, text }: SopsDocument): Promise<Draft[]> {
  if (!metadata.settings.macOnlyEncrypted) return [];
  const selects = await usableSelection(metadata.settings);
  if (selects === undefined) return [];
  const clear = parsed.leaves.filter(
    ({ kind, path, scalar }) => kind === "value" && !selects(path) && !staysClear(scalar),
  );
  if (clear.length === 0) return [];
  const message = `mac_only_encrypted: its MAC does not cover ${clear.length} values in clear`;
  return [{ severity: "note", message, subject: "mac", ...placeOf(text, text.lastIndexOf("mac_only_encrypted")) }];
}

function threshold({ metadata, text }: SopsDocument): Draft[] {
  const { groups } = metadata;
  const place = placeOf(text, text.lastIndexOf("shamir_threshold"));
  const note = (message: string): Draft[] => [{ severity: "note", message, subject: "threshold", ...place }];
  if (metadata.threshold === 0) return [];
  if (groups.length < 2) return note("it names a number of key groups, and has none: the number means nothing");
  if (metadata.threshold === 1) return note("it asks for 1 key group, which sops never does: nobody can open it");
  if (metadata.threshold <= groups.length) return [];
  return note(`it takes ${metadata.threshold} key groups to open it, and it has ${groups.length}`);
}

/** sops has had entries for age since 3.7, and there is no sops 4. */
function version({ metadata, text }: SopsDocument): Draft[] {
  const { groups, version: claimed } = metadata;
  if (claimed === "" || !groups.some(({ age }) => age.length > 0) || /^v?3\.\d+\.\d+(?:[-+].*)?$/.test(claimed))
    return [];
  const message = "its version is not one of a sops that writes entries for age";
  return [{ severity: "warning", message, subject: "version", ...placeOf(text, text.search(/\bversion"?\s*[:=]/)) }];
}

function future({ metadata, text }: SopsDocument, now: Date): Draft[] {
  if (metadata.lastModified === "" || Date.parse(metadata.lastModified) <= now.getTime() + TOLERANCE) return [];
  const message = "lastmodified is in the future";
  return [{ severity: "note", message, subject: "lastmodified", ...placeOf(text, text.lastIndexOf("lastmodified")) }];
}

function unknown({ metadata, text }: SopsDocument): Draft[] {
  const ways = unknownFields(metadata.tree ?? new Map());
  const nameOf = (way: readonly string[]) => way.at(-1) ?? "";
  const placeOfName = placesOfWords(text, ways.map(nameOf), "last");
  return ways.map((way) => {
    const key = stepsText(["sops", ...way]);
    const place = placeOfName(nameOf(way));
    const message = `${key} is no field of the metadata: it is in clear, and sops drops it`;
    return { severity: "warning", message, subject: key, ...place };
  });
}
