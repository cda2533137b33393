#!/bin/sh
# Stands in for the worker in tests of this crate and of the command line. Tests start it by a link. If there is a file
# `behaviour` beside the link, it runs that. Otherwise it answers a task with the lines in the file `execute`, `prove`,
# `verify` or `key` there, and stores the request in `asked-execute` and so on.
folder=$(dirname "$0")
if [ -f "$folder/behaviour" ]; then
    . "$folder/behaviour"
    exit
fi
read -r request
task=$(printf '%s' "$request" | sed 's/.*"task":{*"\([a-z]*\)".*/\1/')
printf '%s\n' "$request" > "$folder/asked-$task"
cat "$folder/$task"
