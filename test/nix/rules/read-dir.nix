let
  names = builtins.attrNames (builtins.readDir ./pub);
  keys = map (name: builtins.readFile (./pub + "/${name}")) names;
in
{ "a.age".publicKeys = keys; }
