let
  people = [ { name = "alice"; key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; groups = [ "wheel" "dev" ]; } { name = "bob"; key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; groups = [ "dev" ]; } ];
  inGroup = group: map (p: p.key) (builtins.filter (p: builtins.elem group p.groups) people);
in
{ "wheel.age".publicKeys = inGroup "wheel"; "dev.age".publicKeys = inGroup "dev"; }
