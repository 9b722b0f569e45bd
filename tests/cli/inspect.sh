#!/bin/bash
# compose inspect: configuration, and layers with stage, team, size and diff_id.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
expect 0 "$COMPOSE" recipe.toml --no-test

step 'for people'
expect 0 "$COMPOSE" inspect out:1.0
has "$out" '^entrypoint +\["/srv/app/bin/start"\]$'
has "$out" '^user +10001:10001$'
has "$out" '^0 +base +ops +.*sha256:[0-9a-f]{64}$'
has "$out" '^2 +app +app '

step 'for machines'
expect 0 "$COMPOSE" inspect out --json
same "$(jq -r '[.layers[].stage] | join(" ")' <<<"$out")" 'base runtime app'
same "$(jq -r '.configuration.workdir' <<<"$out")" /srv/app
same "$(jq -r .platform <<<"$out")" linux/amd64
same "$(jq -r '.created' <<<"$out")" 2026-01-01T00:00:00Z

step 'an image of nobody'
expect 0 "$COMPOSE" recipe.toml --unsigned -o plain
expect 0 "$COMPOSE" inspect plain
has "$out" '^0 +- +- '
