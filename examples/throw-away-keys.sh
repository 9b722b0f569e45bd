# shellcheck shell=sh
# Sourced by the examples: keys for people who do not exist, in a GNUPGHOME of their own.
#
# Who holds all keys in one GNUPGHOME owns the custody: right for a demonstration, wrong for
# everything else.

# throw_away_keys FOLDER NAME…: FOLDER/keys/NAME.asc for each, and GNUPGHOME exported.
throw_away_keys() {
  folder=$1
  shift
  GNUPGHOME=$folder/gnupg
  export GNUPGHOME
  # The agent's socket must fit into 108 bytes.
  if [ ${#GNUPGHOME} -gt 80 ]; then
    mkdir -p "$GNUPGHOME"
    link=$(mktemp -d)/g
    ln -s "$GNUPGHOME" "$link"
    GNUPGHOME=$link
  fi
  mkdir -p "$GNUPGHOME" "$folder/keys"
  chmod 700 "$GNUPGHOME"
  for name in "$@"; do
    [ ! -e "$folder/keys/$name.asc" ] || continue
    gpg --batch --quiet --passphrase '' --quick-gen-key "$name (throw-away) <$name@example.com>" ed25519 sign never
    gpg --batch --quiet --armor --export "$name@example.com" > "$folder/keys/$name.asc.new"
    mv "$folder/keys/$name.asc.new" "$folder/keys/$name.asc"
  done
}
