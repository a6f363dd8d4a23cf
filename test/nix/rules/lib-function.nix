{ lib, ... }:
let
  users = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; };
in
lib.mapAttrs' (name: key: lib.nameValuePair "home/${name}.age" { publicKeys = [ key ]; }) users
