let
  alice = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  bob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
  users = [ alice bob ];
  system1 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC";
  systems = [ system1 ];
in
{
  "secret1.age".publicKeys = [ alice system1 ];
  "secret2.age".publicKeys = users ++ systems;
  "armored.age" = {
    publicKeys = [ alice ];
    armor = true;
  };
}
