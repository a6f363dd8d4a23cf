let
  admin = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  hosts = { web = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; db = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"; };
  rules = builtins.mapAttrs (host: key: { publicKeys = [ admin key ]; }) hosts;
in
builtins.listToAttrs (map (host: { name = "hosts/${host}.age"; value = rules.${host}; }) (builtins.attrNames rules))
