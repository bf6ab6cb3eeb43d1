#!/bin/sh
# Shell scripts as agents: three of them count in one file at once, each from what it read. `begin` gives the content and keeps the
# token, `commit` compares; exit code 5 is a conflict, and then it begins again. Needs `entente` on the path. Run it in an empty folder.
set -eu

entente init -q
printf 'ann 0\n\nbob 0\n\ncleo 0\n' | entente commit counts.txt -q --agent setup

count() {
  agent=$1
  done=0
  while [ "$done" -lt 2 ]; do
    file="work-$agent.txt"
    entente begin counts.txt -q --agent "$agent" --note "count $agent" --output "$file" --force
    sed "s/^$agent $done\$/$agent $((done + 1))/" "$file" > "$file.new" && mv "$file.new" "$file"
    code=0
    entente commit counts.txt "$file" -q --agent "$agent" --strategy 'merge(text)' || code=$?
    case $code in
      0) done=$((done + 1)) ;;
      5) ;; # somebody was faster at the same place: begin again
      *) exit "$code" ;;
    esac
  done
}

pids=''
for agent in ann bob cleo; do
  count "$agent" &
  pids="$pids $!"
done
for pid in $pids; do wait "$pid"; done

entente show counts.txt
entente status --json | grep -q '"announced":\[\]'
entente verify -q > /dev/null
