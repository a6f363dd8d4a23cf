let
  admin = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  secrets = [ "one" "two" "three" ];
in
builtins.listToAttrs (map (name: { name = "${name}.age"; value = { publicKeys = [ admin ]; }; }) secrets)
