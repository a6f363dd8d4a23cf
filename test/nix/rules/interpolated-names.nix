let dir = "secrets"; k = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; in
{
  "${dir}/a.age".publicKeys = [ k ];
  ${"${dir}/b.age"}.publicKeys = [ k ];
}
