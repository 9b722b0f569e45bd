#!/bin/bash
# compose test: the smoke tests that travel with an image.
. "$(dirname "$0")/../support/cli.sh"
. "$SUPPORT/shop.sh"
if ! namespaces_work; then echo 'SKIPPED: no user namespaces here'; exit 77; fi
make_shop
expect 0 "$COMPOSE" recipe.toml

step 'the tests of the recipe'
expect 0 "$COMPOSE" test out:1.0
has "$out" '^1 passed, 0 failed, 0 not run$'
expect 0 "$COMPOSE" test out:1.0 --json --policy policy.toml
same "$(jq -r '.tests[0].outcome' <<<"$out")" passed

step 'tests of a file: what was expected, what was seen'
cat >tests.toml <<'TOML'
schema = 1
[[test]]
name = "wrong status"
run = ["/bin/sh", "-c", "echo seen; exit 4"]
[[test]]
name = "wrong output"
run = ["/bin/sh", "-c", "echo one; echo two >&2"]
stdout = "^two$"
stderr = "^two$"
[[test]]
name = "lines"
run = ["/bin/sh", "-c", "echo one; echo two; echo three"]
stdout = "^two$"
[[test]]
name = "too slow"
run = ["/bin/busybox", "sleep", "60"]
within = "300ms"
TOML
expect 1 "$COMPOSE" test out --tests tests.toml
has "$out" '^1 passed, 3 failed, 0 not run$'
has "$err" "test 'wrong status': FAILED"
has "$err" 'exit.* 4'
has "$err" "test 'too slow': FAILED"
expect 1 "$COMPOSE" test out --tests tests.toml --json
same "$(jq -r '[.tests[].outcome] | join(" ")' <<<"$out")" 'failed failed passed failed'

step 'no tests is a usage error, and so is a bad expression'
sed '/^\[\[test\]\]/,$d' recipe.toml >untested.toml
expect 0 "$COMPOSE" untested.toml -o plain --log log2
expect 2 "$COMPOSE" test plain
printf 'schema = 1\n[[test]]\nname = "x"\nrun = ["/bin/true"]\nstdout = "("\n' >bad.toml
expect 2 "$COMPOSE" test out --tests bad.toml
printf 'schema = 1\n' >none.toml
expect 2 "$COMPOSE" test out --tests none.toml

step 'an image without custody has no tests, but can be given some'
expect 0 "$COMPOSE" recipe.toml --unsigned -o dev
expect 2 "$COMPOSE" test dev
expect 1 "$COMPOSE" test dev --tests tests.toml
