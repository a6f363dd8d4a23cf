import { yaml } from "../../src/formats/yaml.ts";
import { describePeer } from "./peer.ts";
import { checkMatrix, everybody, type Sample } from "./sops-matrix.ts";

// No comment in a list: once sops 3.13.2 has encrypted one, it calls its own file's MAC wrong.
const SAMPLE: Sample = {
  file: "sample.yaml",
  format: yaml,
  text: `# a comment at the top
apiVersion: v1
kind: Secret
metadata:
  name: app # inline
  labels: [a, "b"]
data:
  # above the user
  user: alice
  quoted: "tab\\tand \\"quotes\\""
  single: 'it''s'
  pem: |
    -----BEGIN
    line
    -----END
  empty: ""
  none: null
  nested:
    list:
      - 1
      - [2, 3]
      - deep: true
    # above the map
    map: {}
    seq: []
password: hunter2
port: 9223372036854775807
ratio: 0.1
yes: no
when: 2024-01-01T00:00:00Z
flags: [true, false]
api_secret:
  id: 7
  key: k
note_unencrypted: unencrypted
note_clear:
  x: 1.5
"with:colon": x
2nd: emoji 😀 é
`,
  edit: ["alice", "alicia"],
  sed: "s/alice/alicia/",
  removed: "password",
};

const readers = await everybody();

describePeer("sops", (check) => {
  checkMatrix(check, SAMPLE, readers);
});
