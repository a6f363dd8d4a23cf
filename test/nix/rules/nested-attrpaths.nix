let k = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; in
{
  "a.age".publicKeys = [ k ];
  "a.age".armor = false;
  "b.age" = { publicKeys = [ k ]; };
  "b.age".armor = true;
}
