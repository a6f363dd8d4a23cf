let
  rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 alice@old";
  yubikey = "age1yubikey1qgh5y3wc5vxyjfk3mt7pvtegn9ya0xqxqr5wqwlcqhvl3mf4xhn6z3e9h7u";
in
{ "a.age".publicKeys = [ rsa yubikey "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" ]; }
