#!/bin/bash
# Closed streams, full devices, few descriptors, interrupts, many at once: an error or success,
# never a crash, and nothing left behind.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
make_shop
sed -i '/^\[\[test\]\]/,$d' recipe.toml

step 'closed standard streams'
"$COMPOSE" recipe.toml -o closed --log closedlog 0<&- 1>&- 2>&- || fail "gave $?"
expect 0 "$COMPOSE" check closed

step 'a full device'
status=0; "$COMPOSE" inspect closed >/dev/full 2>err.txt || status=$?
same "$status" 3
has "$(cat err.txt)" 'standard output'

step 'few descriptors, small stack'
(ulimit -n 40 -s 512; expect 0 "$COMPOSE" recipe.toml -o few --log fewlog)
status=0; (ulimit -n 8; "$COMPOSE" recipe.toml -o fewer --log fewerlog >/dev/null 2>&1) || status=$?
[ "$status" -eq 0 ] || same "$status$(fingerprint_of fewer)$(fingerprint_of fewerlog)" 3absentabsent

step 'a file size limit is an error that names it'
status=0; (ulimit -f 100; "$COMPOSE" recipe.toml -o limited --log limitedlog >/dev/null 2>err.txt) || status=$?
same "$status" 3
has "$(cat err.txt)" 'File too large'
same "$(fingerprint_of limited)$(fingerprint_of limitedlog)" absentabsent

step 'interrupts leave nothing'
head -c 60000000 /dev/urandom >runtime/lib/big
rm -f err.txt
before=$(find . -maxdepth 1 | sort)
for delay in 0.02 0.05 0.1 0.2 0.3 0.5; do
  for signal in INT TERM HUP KILL; do
    setsid "$COMPOSE" recipe.toml -o cut --log cutlog >/dev/null 2>&1 &
    pid=$!
    sleep $delay
    kill -$signal $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    if [ -e cut ]; then expect 0 "$COMPOSE" check cut; fi
    rm -rf cut cutlog
    same "$(find . -maxdepth 1 | sort)" "$before"
  done
done
rm runtime/lib/big

step 'two and eight builds at once agree'
for i in $(seq 8); do "$COMPOSE" recipe.toml -o many --log manylog --json >"many-$i.json" 2>"many-$i.err" & done
for job in $(jobs -p); do wait "$job" || fail "a build failed: $(cat many-*.err)"; done
same "$(jq -r .manifest many-*.json | sort -u | wc -l)" 1
expect 0 "$COMPOSE" verify many --policy policy.toml --log manylog
expect 0 "$COMPOSE" log many --json
same "$(jq '.entries | length' <<<"$out")" 5

step 'a read-only output and a read-only log'
if [ "$(id -u)" -ne 0 ]; then
  chmod -R a-w many manylog
  expect 0 "$COMPOSE" verify many --policy policy.toml --log manylog
  echo change >>runtime/lib/server.conf
  expect 3 "$COMPOSE" recipe.toml -o many --log manylog
  chmod -R u+w many manylog
fi

step 'a world that is full of umasks'
(umask 777; expect 0 "$COMPOSE" recipe.toml -o strict --log strictlog) || fail 'umask 777'
