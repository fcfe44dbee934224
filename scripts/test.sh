#!/bin/sh
# Run the tests: those that share nothing on all cores at once, then those that play to real MIDI parts one by one,
# because they listen to the time. Arguments are pytest's.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
none_chosen=5

$python -m pytest -n auto -m "not real" "$@"
quick=$?
[ $quick = 0 ] || [ $quick = $none_chosen ] || exit $quick
$python -m pytest -m real "$@"
real=$?
[ $real = $none_chosen ] && exit $quick
exit $real
