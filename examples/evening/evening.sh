#!/bin/sh
# Three pieces, one after the other: each has its key, tempo and colour, and its last bars are kept as a take.
#   sh evening.sh [SECONDS a piece]
set -e
seconds=${1:-40}

piece() { # NAME, then NAME=VALUE of what changes
    name=$1
    shift
    for change; do live-composer set "${change%%=*}" "${change#*=}"; done
    sleep "$seconds"
    live-composer keep --name "$name"
}

for _ in 1 2 3 4 5 6 7 8 9; do # it may have been started a moment ago
    live-composer play 2>/dev/null && break
    sleep 1
done
piece "at dusk" "key=D dorian" tempo=84 density=-0.3 swing=58
piece "a reel" "key=G" tempo=132 density=0.4 swing=50 rule.house_motif=2
piece "home" "key=D dorian" tempo=76 density=-0.6 rule.house_endings=3
live-composer stop
