let k = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; in
{
  "a.age".publicKeys = [ k ];
  notARule = { file = "x"; };
  number = 5;
  function = x: x;
}
