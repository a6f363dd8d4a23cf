let
  users = { "alice@home" = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; };
  key = name: users."${name}";
in
{
  "a.age".publicKeys = [ (key "alice@home") users.${"bob"} ];
  "b.age".publicKeys = [ users."alice@home" ];
}
