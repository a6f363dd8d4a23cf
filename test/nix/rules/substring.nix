let
  keys = { alice_home = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; bob_home = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; alice_work = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"; };
  startsWith = prefix: s: builtins.substring 0 (builtins.stringLength prefix) s == prefix;
  of = who: map (n: keys.${n}) (builtins.filter (startsWith who) (builtins.attrNames keys));
in
{ "a.age".publicKeys = of "alice"; "b.age".publicKeys = of "bob"; }
