let
  dir = toString ./pub;
  key = name: builtins.readFile "${dir}/${name}.pub";
in
{ "a.age".publicKeys = [ (key "alice") ]; "${baseNameOf ./pub/bob.pub}.age".publicKeys = [ (key "bob") ]; }
