let k = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; in { "secret".publicKeys = [ k ]; wifi.publicKeys = [ k ]; "with space.age".publicKeys = [ k ]; }
