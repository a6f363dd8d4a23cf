{
  "a.age".publicKeys = [ (builtins.readFile ./pub/alice.pub) ];
  "b.age".publicKeys = map builtins.readFile [ ./pub/alice.pub ./pub/bob.pub ];
}
