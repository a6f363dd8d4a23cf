let
  people = builtins.fromJSON (builtins.readFile ./people.json);
in
{ "a.age".publicKeys = builtins.attrValues people; }
