let
  text = ''
    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA alice
    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB bob
  '';
  lines = builtins.filter (l: builtins.isString l && l != "") (builtins.split "\n" text);
in
{ "a.age".publicKeys = lines; }
