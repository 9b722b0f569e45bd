#!/bin/bash
# compose run: an image once, isolated, with the program's own exit status.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
if ! namespaces_work; then echo 'SKIPPED: no user namespaces here'; exit 77; fi
make_shop
expect 0 "$COMPOSE" recipe.toml
run() { "$COMPOSE" run out:1.0 "$@"; }

step 'the entrypoint, with a word about custody'
expect 0 run
same "$out" 'shop 1.0'
has "$err" 'custody was not verified'
expect 0 run --policy policy.toml
lacks "$err" 'not verified'
has "$err" "config mount '/etc/shop' is not supplied"

step 'exit status'
expect 3 run -- /bin/sh -c 'exit 3'
expect 143 run -- /bin/sh -c 'kill -TERM $$'
expect 137 run -- /bin/sh -c 'kill -KILL $$'
expect 127 run -- /bin/nosuch
expect 127 run -- nosuch
expect 126 run -- /etc/passwd
expect 124 run --timeout 0.3 -- /bin/busybox sleep 60

step 'user, working directory, environment'
expect 0 run -- /bin/busybox id -u
same "$out" 10001
expect 0 run --user 0 -- /bin/busybox id -u
same "$out" 0
expect 0 run --user root -- /bin/busybox id -u
same "$out" 0
expect 1 run --user nosuch -- /bin/true
expect 0 run -- /bin/busybox pwd
same "$out" /srv/app
export SECRET=host LD_PRELOAD=
expect 0 run --env A=b -- /bin/busybox env
has "$out" '^A=b$'
lacks "$out" SECRET
expect 2 run --env nonsense -- /bin/true

step 'mounts: configuration is read-only, data is fresh'
mkdir conf && echo hello >conf/shop.conf
expect 0 run --mount "$work/conf:/etc/shop" -- /bin/busybox cat /etc/shop/shop.conf
same "$out" hello
expect 1 run --mount conf:/etc/shop -- /bin/sh -c 'echo x > /etc/shop/new'
same "$(ls conf)" shop.conf
chmod 777 conf
expect 0 run --mount "$work/conf:/mnt" -- /bin/sh -c 'echo x > /mnt/new'
same "$(ls conf | tr '\n' ' ')" 'new shop.conf '
expect 2 run --mount "$work/nosuch:/mnt" -- /bin/true
expect 2 run --mount "conf:/../etc" -- /bin/true

step 'nothing of the host is seen, nothing of the image is changed'
expect 0 run -- /bin/sh -c 'echo x > /tmp/x && ls /proc | grep -c "^[0-9]" && ls /'
lacks "$out" '^work$'
expect 0 run -- /bin/sh -c 'test ! -e /tmp/x'
expect 0 run -- /bin/sh -c 'cat /proc/self/status'
has "$out" '^CapEff:[[:space:]]*0000000000000000$'
has "$out" '^NoNewPrivs:[[:space:]]*1$'
has "$out" '^Seccomp:[[:space:]]*2$'
expect 0 run -- /bin/sh -c 'busybox ip -o link 2>/dev/null | busybox wc -l'
same "$out" 1

step 'nothing stays behind'
nap=$((RANDOM + 40000))  # seconds that nobody else sleeps
expect 124 run --timeout 0.3 -- /bin/sh -c "trap '' TERM; (busybox sleep $nap &) ; busybox sleep $nap"
sleep 0.2
if pgrep -f "sleep $nap" >/dev/null; then fail 'a process is left'; fi
"$COMPOSE" run out:1.0 -- /bin/busybox sleep $nap 2>/dev/null &
sleep 1
kill -KILL $!
wait $! 2>/dev/null || true
sleep 0.3
if pgrep -f "sleep $nap" >/dev/null; then fail 'a process is left after the runner was killed'; fi
"$COMPOSE" run out:1.0 -- /bin/busybox sleep $nap 2>/dev/null &
sleep 1
kill -TERM $!
code=0; wait $! || code=$?
same "$code" 143

step 'a faulty image, a refused one, one that is not there'
sed 's/anna/nobody-else/; s/\[principal.nobody-else\]/[principal.nobody-else]/; s|keys/app.asc|keys/security.asc|; s/^security = .*//; /\[principal.sam\]/,+1d' policy.toml >other.toml
expect 1 run --policy other.toml
has "$err" 'refused'
expect 2 "$COMPOSE" run out:nosuch
expect 2 "$COMPOSE" run nowhere
