{ inDirectory = true; keys = import ../keys.nix; }
