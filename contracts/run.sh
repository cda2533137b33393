#!/usr/bin/env bash
# Runs one of Foundry's tools as npm brings it, and installs it first where it is missing.
#
#     contracts/run.sh forge test        (forge, cast or anvil; forge runs in contracts/)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tool="${1:?expected forge, cast or anvil}"
shift

"$here/../.ci/contracts.sh"
# Not `node_modules/.bin/forge`: that script exits with 0 when forge fails.
program=("$here/node_modules/@foundry-rs/$tool-"*"/bin/$tool"*)
[ "$tool" != forge ] || cd "$here"
exec "${program[0]}" "$@"
