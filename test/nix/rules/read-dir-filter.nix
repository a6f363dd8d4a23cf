let
  files = builtins.readDir ./pub;
  isKey = name: builtins.match ".*\\.pub" name != null && files.${name} == "regular";
  keyOf = name: builtins.readFile ./pub/${name};
in
{ "a.age".publicKeys = map keyOf (builtins.filter isKey (builtins.attrNames files)); }
