let
  config = builtins.fromTOML (builtins.readFile ./people.toml);
  rule = name: { inherit name; value.publicKeys = map (who: config.people.${who}) config.files.${name}; };
in
builtins.listToAttrs (map rule (builtins.attrNames config.files))
