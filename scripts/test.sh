#!/bin/sh
# Run the tests: first those that share nothing, then those that play to real MIDI parts, two at a time, because they
# listen to the time. Arguments are pytest's.
set -u
cd "$(dirname "$0")/.."
python=.venv/bin/python
none_chosen=5

# Much of what they do is to wait for processes of their own: so there are two workers a core, and each computes with one
# thread, for more would only be in one another's way.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
workers=$(($($python -c 'import os; print(os.cpu_count())') * 2))
$python -m pytest -n "$workers" -m "not real" "$@"
quick=$?
[ $quick = 0 ] || [ $quick = $none_chosen ] || exit $quick
$python -m pytest -n 2 -m real "$@"
real=$?
[ $real = $none_chosen ] && exit $quick
exit $real
