let
  users = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; carol = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"; };
  teams = {
    ops = [ "alice" "bob" ];
    dev = [ "carol" ];
  };
  keysOf = team: map (name: users.${name}) teams.${team};
in
{
  "ops.age".publicKeys = keysOf "ops";
  "dev.age".publicKeys = keysOf "dev";
  "both.age".publicKeys = builtins.concatMap keysOf [ "dev" "ops" ];
}
