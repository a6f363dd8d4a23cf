{ alice = "a"; bob = "b"; all = [ "a" "b" ]; }
