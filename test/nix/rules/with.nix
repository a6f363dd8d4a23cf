let
  users = { alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"; };
in
with users;
{
  "a.age".publicKeys = [ alice bob ];
  "b.age".publicKeys = with builtins; concatLists [ [ alice ] [ bob ] ];
}
