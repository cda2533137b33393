#!/bin/sh
# Stands in for the worker in tests, here and of the command line. It is started by a link to it, and does what
# the file `behaviour` beside that link says, or else answers a task with the lines in `execute`, `prove`, `verify`
# or `key` there. What it was asked is then in `asked-execute` and so on.
folder=$(dirname "$0")
if [ -f "$folder/behaviour" ]; then
    . "$folder/behaviour"
    exit
fi
read -r request
task=$(printf '%s' "$request" | sed 's/.*"task":{*"\([a-z]*\)".*/\1/')
printf '%s\n' "$request" > "$folder/asked-$task"
cat "$folder/$task"
