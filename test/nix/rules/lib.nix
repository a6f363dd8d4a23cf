{
  mapAttrs' = f: set: builtins.listToAttrs (map (name: f name set.${name}) (builtins.attrNames set));
  nameValuePair = name: value: { inherit name value; };
  toUpper = builtins.replaceStrings [ "a" "b" "c" ] [ "A" "B" "C" ];
}
