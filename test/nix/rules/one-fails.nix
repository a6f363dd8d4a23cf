let k = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; in
{ "a.age".publicKeys = [ k ]; "b.age".publicKeys = [ (throw "no key for b yet") ]; }
