let
  admin = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  mk = keys: name: { inherit name; value.publicKeys = keys; };
in
builtins.listToAttrs (builtins.map (mk [ admin ]) [ "a.age" "b.age" ])
