let
  keys = import ./keys.nix;
  inherit (keys) alice bob;
  publicKeys = [ alice bob ];
in
{
  "a.age" = { inherit publicKeys; };
  "b.age" = { inherit publicKeys; armor = true; };
}
