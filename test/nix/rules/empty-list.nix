{ "a.age".publicKeys = [ ]; }
