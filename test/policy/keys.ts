/** Public keys for the policies of these tests; nobody has the other halves. */
export const A = "age10jap3m67xlfkf2qs4wv3x0aqkt6e2tzj3aj8yt02rq3z299td35qctyt39";
export const B = "age1yhlc9ttw0f72m499mcajueg7r76hxhfnq0q37pyxtgf877w99d3svd880q";
export const C = "age1c2vqv3lr8d89y885376a9vt9k3yw3daf76xx45rm7gmcjzpq23fsrjzswp";
/** An SSH key without its comment, and the age1 form of the same key. */
export const S = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFhkFLXGUYW+RgadHwOQPlNmPq+2ovgE/tYU5AHZ/yfO";
export const S_AS_AGE = "age16mx883xvmgs66ajxrcpllmrsnwmlj9av8vzzvwmv8t5d4xfuqv3sdnfmgp";
