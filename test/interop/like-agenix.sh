#!/bin/sh
# What agenix does with a rule file, for -d, -e (content from standard input) and -r, and nothing else: written for these tests.
# usage: like-agenix.sh -d FILE | -e FILE | -r, in the directory of the secrets; IDENTITY names the private key, AGE the program
set -eu
rules="${RULES:-./secrets.nix}"
age="${AGE:-age}"

attribute() { # NAME EXPRESSION: one call of Nix, as agenix makes it
  FILE=$1 nix-instantiate --json --eval --strict -E "let rules = import $rules; in $2"
}

decrypt() {
  [ ! -f "$1" ] || "$age" --decrypt --identity "$IDENTITY" -- "$1"
}

encrypt() { # FILE, from standard input
  keys=$(attribute "$1" "rules.\"$1\".publicKeys" | jq -r '.[]' | sed '/^$/d')
  armor=$(attribute "$1" "rules.\"$1\".armor or false")
  [ -n "$keys" ] || { echo "There is no rule for $1 in $rules." >&2; exit 1; }
  set -- "$1" --encrypt
  [ "$armor" = false ] || set -- "$@" --armor
  oldifs=$IFS
  IFS='
'
  for key in $keys; do set -- "$@" --recipient "$key"; done
  IFS=$oldifs
  file=$1
  shift
  mkdir -p "$(dirname "$file")"
  "$age" "$@" -o "$file.new"
  mv -f "$file.new" "$file"
}

case $1 in
  -d) decrypt "$2" ;;
  -e) encrypt "$2" ;;
  -r)
    nix-instantiate --json --eval -E "builtins.attrNames (import $rules)" | jq -r '.[]' | while read -r name; do
      [ -f "$name" ] || continue
      decrypt "$name" >"$TMPDIR/plaintext"
      encrypt "$name" <"$TMPDIR/plaintext"
    done
    ;;
esac
