#!/bin/sh
# Captures what the test suite sends over loopback, and judges every BEEP session in it.
#
#     npm run build && sudo sh test/capture/suite.sh [TEST...]
#
# TEST are arguments of vitest; without any, all tests run but those of captures. It all runs
# in a network namespace of its own (Linux), so that nothing else is captured.
set -eu
if [ -z "${APEX_OWN_NETWORK:-}" ]; then
	APEX_OWN_NETWORK=1 exec unshare --net sh "$0" "$@"
fi
ip link set lo up
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
capture=$folder/suite.pcapng
dumpcap -q -i lo -B 256 -w "$capture" -f tcp 2>"$folder/log" &
dumpcap=$!
until grep -qs "^File: " "$folder/log"; do
	kill -0 "$dumpcap" || { cat "$folder/log" >&2; exit 1; }
	sleep 0.1
done

if [ $# -eq 0 ]; then set -- --exclude "test/capture/**"; fi
tests=0
npx vitest run "$@" || tests=$?

# dumpcap writes what it has twice a second
sleep 2
kill -INT "$dumpcap"
wait "$dumpcap" || true
cat "$folder/log" >&2

CAPTURE=$capture npx vitest run test/capture/suite.test.ts
exit "$tests"
