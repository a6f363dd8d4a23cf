let
  groups = [ { names = [ "a" "b" ]; keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" ]; } { names = [ "c" ]; keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB" "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC" ]; } ];
  rulesOf = group: builtins.listToAttrs (map (n: { name = "${n}.age"; value.publicKeys = group.keys; }) group.names);
in
builtins.foldl' (all: group: all // rulesOf group) { } groups
