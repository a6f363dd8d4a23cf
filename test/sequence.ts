/** In which order do the test files run? Those that take longest first, so that no processor waits for one of them at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Of the files that take over ten seconds; vitest knows the others from the last run. */
const DEAREST = [
  "scripts.test.ts",
  "check/corpus.test.ts",
  "hostile/hostile.test.ts",
  "faults/sweep.test.ts",
  "git/verbs.test.ts",
  "interop/policy-readers.test.ts",
  "interop/sarif.test.ts",
  "io/commit-faults.test.ts",
  "io/commit-killed.test.ts",
  "interop/yaml-fuzz.test.ts",
  "io/power-cut.test.ts",
  "interop/sops-json.test.ts",
  "interop/yaml-changes.test.ts",
];

export class DearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = DEAREST.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      return place === -1 ? DEAREST.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
