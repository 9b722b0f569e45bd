#!/bin/bash
# The smallest example does what it says.
. "$(dirname "$0")/../support/cli.sh"
if ! namespaces_work; then echo 'SKIPPED: no user namespaces here'; exit 77; fi
expect 0 "$SUPPORT/../../examples/hello/run.sh" "$COMPOSE" "$work/hello"
has "$out" '^VERIFIED'
has "$out" '^hello, world$'
expect 0 "$SUPPORT/../../examples/hello/run.sh" "$COMPOSE" "$work/hello"
has "$err" 'nothing to add'
