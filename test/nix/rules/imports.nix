let keys = import ./keys.nix; in
{
  "a.age".publicKeys = keys.everyone;
  "b.age".publicKeys = [ keys.alice ] ++ keys.hosts;
}
