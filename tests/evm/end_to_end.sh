#!/usr/bin/env bash
# From a picture to a record on a chain, on a node of its own: everything that somebody does who uses zklens with
# contracts, with the programs that they use. Needs Node 20 and a built zklens. Writes nothing but a temporary folder,
# once the tools are installed.
#
#     tests/evm/end_to_end.sh            (or `make test-evm`, which builds first)
#
# 1. HiddenImageClaims: an account proves that it knows an image of a digit, and nobody else can use that proof.
# 2. `zklens evm export`: somebody compiles the verifier in a project of their own, and anyone can check it.
# 3. ImageClassRegistry: the class of the image of an ERC-721 token.
# 4. A network of a million weights, of the size that CIFAR-10 needs; its weights are random.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
zklens="${ZKLENS:-$root/target/release/zklens}"
temporary="$(mktemp -d)"

# --- The node ---------------------------------------------------------------------------------------------------------

stop() {
    if [ -n "${anvil:-}" ]; then
        kill "$anvil" 2>/dev/null || true
        wait "$anvil" 2>/dev/null || true
    fi
    rm -rf "$temporary"
}
trap stop EXIT

# Settings of whoever runs this would lead elsewhere.
unset "${!ETH_@}" "${!FOUNDRY_@}" "${!CAST_@}" CHAIN

.ci/contracts.sh
# `run.sh` becomes the node, so this is the node's process. Port 0 is one that is free.
: >"$temporary/anvil.log"
contracts/run.sh anvil --port 0 >>"$temporary/anvil.log" 2>&1 &
anvil=$!
for _ in {1..200}; do
    address="$(sed -n 's/^Listening on //p' "$temporary/anvil.log")"
    [ -z "$address" ] || break
    kill -0 "$anvil" || break
    sleep 0.1
done
if [ -z "$address" ]; then
    cat "$temporary/anvil.log" >&2
    echo "expected anvil to say within 20 s where it listens" >&2
    exit 1
fi

# zklens, cast and forge all ask the node that is named here.
export ETH_RPC_URL="http://$address"

# Accounts of anvil, the same on every machine. The node signs for those who send with cast and forge; zklens signs
# itself, with the first one's key.
alice=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
bob=0x70997970C51812dc3A010C7d01b50e0d17dc79C8
alices_key=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80

# --- Words of this script ---------------------------------------------------------------------------------------------

say() {
    printf '%3d s  %s\n' "$SECONDS" "$*"
}

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# expect WHAT EXPECTED GOT
expect() {
    [ "$2" = "$3" ] || fail "$1: expected $2, got $3"
    say "  $1: ${3:0:66}"
}

cast() {
    "$root/contracts/run.sh" cast "$@"
}

# forge PROJECT COMMAND…: with what it compiles in the temporary folder, and not in the project.
forge() {
    local project="$1" command="$2" output
    output="$temporary/$(basename "$project")"
    shift 2
    FOUNDRY_OUT="$output/out" FOUNDRY_CACHE_PATH="$output/cache" \
        "$root/contracts/run.sh" forge "$command" --root "$project" "$@"
}

# The field of a JSON object on standard input: `field labels.0`. Of nothing at all, nothing: what should have written
# it has said why.
field() {
    node -e '
        const text = require("fs").readFileSync(0, "utf8");
        if (!text) process.exit(1);
        console.log(process.argv[1].split(".").reduce((value, name) => value?.[name], JSON.parse(text)));
    ' "$1"
}

# send ACCOUNT CONTRACT FUNCTION ARGUMENTS…: has it in a block, and prints the receipt.
send() {
    cast send --json --unlocked --from "$@"
}

# refused WHY ERROR send…: the transaction fails with this error of a contract, arguments included. Such a one does not
# get further than the estimate of its gas.
refused() {
    local why="$1" error="$2" said
    shift 2
    if said="$("$@" 2>&1)"; then
        fail "$why: expected to be refused with $error, but it was accepted: $said"
    fi
    [[ "$said" == *"$error"* ]] || fail "$why: expected to be refused with $error, got: $said"
    say "  refused: $why"
}

# The bytes of an error of a contract: its signature and its arguments.
error() {
    cast calldata "$@"
}

# create PROJECT FILE:CONTRACT ARGUMENTS…: makes a contract from Alice's account, and prints its address.
create() {
    local project="$1" contract="$2"
    shift 2
    forge "$project" create "$contract" --json --broadcast --unlocked --from "$alice" \
        ${1:+--constructor-args "$@"} | field deployedTo
}

# ModelVerifier.Reason.False: all is well formed, and proves something else.
proves_something_else="$(error 'Refused(uint8)' 9)"

say "0. compile what will be deployed"
forge "$root/contracts" build --quiet src/applications test/applications/StandIns.sol test/applications/Tokens.sol

# --- 1. A claim to know an image of a digit ---------------------------------------------------------------------------

say "1. deploy the verifier of mnist-cnn, by zklens"
verifier="$(ETH_PRIVATE_KEY=$alices_key "$zklens" evm deploy --model mnist-cnn --json | field contract)"
model="$(cast call "$verifier" 'modelId()(bytes32)')"

say "   deploy HiddenImageClaims, for this verifier and model"
claims="$(create "$root/contracts" src/applications/HiddenImageClaims.sol:HiddenImageClaims "$verifier" "$model")"

say "   ask which context Alice has to prove for, and prove"
purpose="$(cast keccak 'the door of the treasury')"
context="$(cast call "$claims" 'contextOf(address,bytes32)(bytes32)' "$alice" "$purpose")"
"$zklens" evm prove --model mnist-cnn --input-image examples/mnist/digit_7.png --context "$context" \
    --output "$temporary/digit.zkp" >"$temporary/digit.json"
expect "model of the proof" "$model" "$(field modelId <"$temporary/digit.json")"
input="$(field inputs <"$temporary/digit.json")"
proof="$(field proof <"$temporary/digit.json")"
claim=("$claims" 'claim(bytes32,uint16,bytes,bytes)')

say "   look at the verifier that zklens deployed, as anyone can"
"$zklens" evm verify "$temporary/digit.zkp" --contract "$verifier" --json >"$temporary/verified.json"
expect "whether the proof is true" true "$(field verified <"$temporary/verified.json")"
expect "whether the contract's key is the network's" true "$(field keyCompared <"$temporary/verified.json")"
expect "whether its code is that of \`evm deploy\`" true "$(field codeCompared <"$temporary/verified.json")"

say "   try what must not work"
refused "Bob, with Alice's proof" "$proves_something_else" \
    send "$bob" "${claim[@]}" "$purpose" 7 "$input" "$proof"
refused "Alice, for another purpose" "$proves_something_else" \
    send "$alice" "${claim[@]}" "$(cast keccak 'another door')" 7 "$input" "$proof"
refused "Alice, with another label" "$proves_something_else" \
    send "$alice" "${claim[@]}" "$purpose" 1 "$input" "$proof"
"$zklens" evm prove --model mnist-cnn --input-image examples/mnist/digit_7.png >"$temporary/unbound.json"
refused "Alice, with a proof for no context" "$proves_something_else" \
    send "$alice" "${claim[@]}" "$purpose" 7 \
    "$(field inputs <"$temporary/unbound.json")" "$(field proof <"$temporary/unbound.json")"
expect "whether Alice has claimed" false "$(cast call "$claims" 'hasClaimed(address,bytes32)(bool)' "$alice" "$purpose")"

say "   claim"
send "$alice" "${claim[@]}" "$purpose" 7 "$input" "$proof" >"$temporary/receipt.json"
expect "status of the transaction" 0x1 "$(field status <"$temporary/receipt.json")"
say "  gas: $(cast to-dec "$(field gasUsed <"$temporary/receipt.json")")"
expect "label that Alice claimed" 7 "$(cast call "$claims" 'labelOf(address,bytes32)(uint16)' "$alice" "$purpose")"
expect "whether Bob has claimed" false "$(cast call "$claims" 'hasClaimed(address,bytes32)(bool)' "$bob" "$purpose")"
refused "the same claim again" "$(error 'AlreadyClaimed(address,bytes32,uint16)' "$alice" "$purpose" 7)" \
    send "$alice" "${claim[@]}" "$purpose" 7 "$input" "$proof"

# --- 2. A verifier as source, in a project of somebody's own ----------------------------------------------------------

say "2. export the verifier of fashion-mlp into a new project of Foundry"
project="$temporary/project"
mkdir -p "$project/src"
# As `zklens evm export --help` says; and the compiler that is here, since forge would fetch one.
cat >"$project/foundry.toml" <<END
[profile.default]
via_ir = true
optimizer = true
optimizer_runs = 30_000
evm_version = "cancun"
solc = "$root/contracts/solc.mjs"
offline = true
END
"$zklens" evm export --model fashion-mlp --output "$project/src/" >/dev/null

say "   compile and deploy it, by forge"
exported="$(create "$project" src/FashionMlpVerifier.sol:FashionMlpVerifier)"

say "   compare it with what anyone compiles from the same export"
compiled="$(field deployedBytecode.object <"$temporary/project/out/FashionMlpVerifier.sol/FashionMlpVerifier.json")"
[ "$compiled" = "$(cast code "$exported")" ] || fail "expected the deployed code to be the compiled one"

say "   prove, and ask it"
"$zklens" prove --for-chain --model fashion-mlp --input-image examples/fashion/1_trouser.jpg \
    --output "$temporary/trouser.zkp" >/dev/null
"$zklens" evm verify "$temporary/trouser.zkp" --contract "$exported" --json >"$temporary/verified.json"
expect "whether the proof is true" true "$(field verified <"$temporary/verified.json")"
expect "whether the contract's key is the network's" true "$(field keyCompared <"$temporary/verified.json")"
# Of this contract zklens has no code to compare, only that of its own.
expect "whether its code is that of \`evm deploy\`" false "$(field codeCompared <"$temporary/verified.json")"

say "   change each part of the proof's file"
# falsified WHAT BYTES-FROM-THE-END PROOF OPTION…: exit code 5 is that of a false proof; 6 would be that nobody knows.
falsified() {
    local what="$1" from_the_end="$2" proof="$3" status=0 said
    shift 3
    node -e '
        const fs = require("fs");
        const bytes = fs.readFileSync(process.argv[1]);
        bytes[bytes.length - process.argv[3]] ^= 1;
        fs.writeFileSync(process.argv[2], bytes);
    ' "$temporary/$proof" "$temporary/falsified.zkp" "$from_the_end"
    said="$("$zklens" evm verify "$temporary/falsified.zkp" "$@" 2>&1)" || status=$?
    [ "$status" = 5 ] || fail "$what: expected exit code 5, got $status: $said"
    say "  refused: $what (${said##*: })"
}
# From its end: a byte that says that no image is shown, two points of the tape, and a scalar.
falsified "a point that is none" 2 trouser.zkp --contract "$exported"
falsified "another scalar" 130 trouser.zkp --contract "$exported"

say "   ask the contract of another network"
status=0
said="$("$zklens" evm verify "$temporary/trouser.zkp" --contract "$verifier" 2>&1)" || status=$?
[[ "$status" = 6 && "$said" == *"the proof is about model"* ]] \
    || fail "expected exit code 6 and which model the proof is about, got $status: $said"
say "  not asked: that contract is of another model, so the proof may be true"

# --- 3. The class of a token's image ----------------------------------------------------------------------------------

# zklens has no SP1 engine yet, so nobody can prove for Sp1ImageClassVerifier. The tests' stand-in for SP1's gateway
# holds true what it was told, and nothing else; all other contracts are the real ones.

applications=src/applications
say "3. deploy a token, a stand-in for SP1's gateway, and the registry"
token="$(create "$root/contracts" test/applications/Tokens.sol:Pictures)"
gateway="$(create "$root/contracts" test/applications/StandIns.sol:StandInGateway)"
program="$(cast keccak 'the program of fashion-mlp')"
adapter="$(create "$root/contracts" $applications/Sp1ImageClassVerifier.sol:Sp1ImageClassVerifier "$gateway" "$program" 10)"
registry="$(create "$root/contracts" $applications/ImageClassRegistry.sol:ImageClassRegistry "$adapter")"

say "   mint two tokens, by the addresses of two images"
image=examples/fashion/9_ankle-boot.jpg
uri="ipfs://$("$zklens" cid $image)"
other_uri="ipfs://$("$zklens" cid examples/fashion/1_trouser.jpg)"
send "$alice" "$token" 'mint(uint256,string)' 1 "$uri" >/dev/null
send "$alice" "$token" 'mint(uint256,string)' 2 "$other_uri" >/dev/null
expect "image of token 1" "\"$uri\"" "$(cast call "$token" 'tokenURI(uint256)(string)' 1)"

say "   state what SP1's program would: the image's address and its class"
label="$("$zklens" execute --json --model fashion-mlp --input-image $image | field label)"
stated="$(cast abi-encode 'f((string,uint8))' "($uri,$label)")"
public_proof="$(cast abi-encode 'f(bytes,bytes)' "$stated" 0x05b1)"
say "   try before the gateway knows of it"
refused "what is not proved" "$(error 'NotProved()')" \
    send "$bob" "$registry" 'classify(address,uint256,bytes)' "$token" 1 "$public_proof"
send "$alice" "$gateway" 'accept(bytes32,bytes,bytes)' "$program" "$stated" 0x05b1 >/dev/null

say "   classify token 1. Anyone may"
send "$bob" "$registry" 'classify(address,uint256,bytes)' "$token" 1 "$public_proof" >"$temporary/receipt.json"
expect "status of the transaction" 0x1 "$(field status <"$temporary/receipt.json")"
expect "class of token 1" "$label" "$(cast call "$registry" 'labelOf(address,uint256)(uint16)' "$token" 1)"
expect "contract of the event" "${registry,,}" "$(field logs.0.address <"$temporary/receipt.json")"
expect "event" "$(cast keccak 'Classified(address,uint256,uint16,string)')" \
    "$(field logs.0.topics.0 <"$temporary/receipt.json")"
expect "token in the event" "$(cast to-uint256 "$token")" "$(field logs.0.topics.1 <"$temporary/receipt.json")"
expect "number in the event" "$(cast to-uint256 1)" "$(field logs.0.topics.2 <"$temporary/receipt.json")"
expect "class in the event" "$(cast to-uint256 "$label")" "$(field logs.0.topics.3 <"$temporary/receipt.json")"
expect "image in the event" "$(cast abi-encode 'f(string)' "$uri")" "$(field logs.0.data <"$temporary/receipt.json")"

say "   try what must not work"
refused "token 2, which has another image" "$(error 'AnotherUri(string,string)' "$other_uri" "$uri")" \
    send "$bob" "$registry" 'classify(address,uint256,bytes)' "$token" 2 "$public_proof"
refused "token 1 again" "$(error 'AlreadyClassified(address,uint256,uint16)' "$token" 1 "$label")" \
    send "$bob" "$registry" 'classify(address,uint256,bytes)' "$token" 1 "$public_proof"
refused "the class of token 2" "$(error 'NotClassified(address,uint256)' "$token" 2)" \
    cast call "$registry" 'labelOf(address,uint256)(uint16)' "$token" 2

# --- 4. A larger network ----------------------------------------------------------------------------------------------

say "4. deploy the verifier of a network for CIFAR-10"
larger="$temporary/cifar-cnn.zkl"
cargo run --quiet --release -p zklens-testkit --example write_network cifar-cnn "$larger"
verifier="$(ETH_PRIVATE_KEY=$alices_key "$zklens" evm deploy --model "$larger" --json | field contract)"

say "   prove, and ask it"
"$zklens" prove --for-chain --model "$larger" --input-image examples/photos/cat.jpg --output "$temporary/cat.zkp" >/dev/null
"$zklens" evm verify "$temporary/cat.zkp" --model "$larger" --contract "$verifier" --json >"$temporary/verified.json"
expect "whether the proof is true" true "$(field verified <"$temporary/verified.json")"
expect "whether the contract's key is the network's" true "$(field keyCompared <"$temporary/verified.json")"
say "  gas: $("$zklens" evm estimate "$temporary/cat.zkp" --contract "$verifier" --json | field gas)"

say "   change a part of the proof's file"
falsified "another scalar" 130 cat.zkp --contract "$verifier" --model "$larger"

say "all as expected"
