#!/usr/bin/env python3
"""Writes the inputs in fuzz/seeds/ that are made by hand: small files of kinds that nothing in the repository has, and
hostile ones. Run it after a change; what it writes is committed.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "fuzz" / "seeds"
# Not the package around it, which takes NumPy.
sys.path.insert(0, str(ROOT / "tests" / "python" / "verifier"))

from keccak import keccak256

MODULUS = 0x30644E72E131A029B85045B68181585D97816A916871CA8D3C208C16D87CFD47
PASSWORD = b"password"
#: The generator of the second group: x₁, x₀, y₁, y₀.
G2 = [
    0x198E9393920D483A7260BFB731FB5D25F1AA493335A9E71297E485B7AEF312C2,
    0x1800DEEF121F1E76426A00665E5C4479674322D4F75EDADD46DEBD5CD992F6ED,
    0x090689D0585FF075EC9E99AD690C3395BC4B313370B38EF355ACDADCD122975B,
    0x12C85EA5DB8C6DEB4AAB71808DCB408FE3D1E7690C43D37B4CE6CC0166FA7DAA,
]


def write(target: str, name: str, content: bytes):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


# --- Setups ---


def tau_g2() -> list[int]:
    """[τ]₂ of the shipped setup, as `setup/src/lib.rs` has it."""
    _, after = (ROOT / "setup/src/lib.rs").read_text().split("TAU_G2", 1)
    halves = [int(digits.replace("_", ""), 16) for digits in re.findall(r"0x([0-9a-f_]{30,})", after)[:8]]
    return [high << 128 | low for high, low in zip(halves[::2], halves[1::2])]


def powers(count: int) -> bytes:
    return (ROOT / "setup/ignition_bn254_g1_16384.bin").read_bytes()[: 64 * count]


def setup_file(string: bytes, version: int = 1, second: list[int] | None = None) -> bytes:
    return b"ZKLS" + version.to_bytes(2, "little") + b"".join(map(word, second or tau_g2())) + string


def montgomery(number: int) -> bytes:
    return (number * 2**256 % MODULUS).to_bytes(32, "little")


def ptau(sections: list[tuple[int, bytes]]) -> bytes:
    file = b"ptau" + (1).to_bytes(4, "little") + len(sections).to_bytes(4, "little")
    for kind, content in sections:
        file += kind.to_bytes(4, "little") + len(content).to_bytes(8, "little") + content
    return file


def setups():
    string = powers(5)
    write("setup_file", "shipped", setup_file(string))
    write("setup_file", "other-power", setup_file(string[:-64] + string[64:128]))
    write("setup_file", "no-point", setup_file(string[:-1] + b"\0"))
    write("setup_file", "version", setup_file(string, version=2))
    write("setup_file", "generator-of-g2", setup_file(string, second=G2))

    numbers = [int.from_bytes(string[i : i + 32], "big") for i in range(0, len(string), 32)]
    first = b"".join(map(montgomery, numbers))
    # Coordinates of the second group have their lower half first.
    second = b"".join(montgomery(group[i]) for group in (G2, tau_g2()) for i in (1, 0, 3, 2))
    power = (2).to_bytes(4, "little")
    header = (32).to_bytes(4, "little") + MODULUS.to_bytes(32, "little") + power + power
    parts = [(1, header), (2, first), (3, second), (7, b"rest")]
    write("ptau", "shipped", ptau(parts))
    write("ptau", "other-order", ptau(parts[::-1]))
    write("ptau", "twice", ptau(parts + parts[:1]))
    write("ptau", "above-modulus", ptau([parts[0], (2, b"\xff" * len(first)), parts[2]]))
    write("ptau", "many-sections", b"ptau" + (1).to_bytes(4, "little") + b"\xff" * 4)
    write("ptau", "long-section", b"ptau" + (1).to_bytes(4, "little") * 3 + b"\xff" * 8)


# --- Contracts and nodes ---


def dynamic(content: bytes) -> bytes:
    return word(len(content)) + content + bytes(-len(content) % 32)


def taken(rest: bytes) -> tuple[bytes, bytes]:
    """Bytes with their length as a varint before them, and what follows."""
    length = shift = 0
    for place, byte in enumerate(rest):
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            start = place + 1
            return rest[start : start + length], rest[start + length :]
    raise ValueError("no length")


def calldata():
    file = (ROOT / "vectors/proofs/v1/smallest.zkp").read_bytes()
    # Magic, version and model; then one label, which is 0.
    assert file[38:40] == b"\1\0"
    context, rest = file[40:72], file[72:]
    inputs, rest = taken(rest)
    proof, _ = taken(rest)
    tails = [word(1) + word(0), dynamic(inputs), dynamic(proof)]
    offsets, place = [], 4 * 32
    for tail in tails:
        offsets.append(word(place))
        place += len(tail)
    selector = keccak256(b"verify(bytes32,uint16[],bytes,bytes)")[:4]
    call = selector + context + b"".join(offsets + tails)
    write("calldata", "golden", call)
    write("calldata", "selector-alone", selector)
    write("calldata", "long-labels", call[: 4 + 4 * 32] + b"\xff" * 32 + call[4 + 5 * 32 :])
    write("calldata", "far-offset", call[: 4 + 32] + word(2**255) + call[4 + 64 :])


#: In the order of `Method::ALL`.
METHODS = "accounts block call chain estimate price balance code priority raw send count receipt".split()


def node_answers():
    def answer(method: str, name: str, content: dict | bytes):
        if isinstance(content, dict):
            content = json.dumps({"jsonrpc": "2.0", "id": 1} | content).encode()
        write("node_answer", f"{method}-{name}", bytes([METHODS.index(method)]) + content)

    revert = keccak256(b"Error(string)")[:4] + word(32) + dynamic("not \x1b[1m\u202etoday".encode())
    refused = keccak256(b"Refused(uint8)")[:4] + word(9)
    for method in METHODS:
        answer(method, "number", {"result": "0x1234"})
    address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    answer("accounts", "list", {"result": [address, address.lower()]})
    answer("block", "block", {"result": {"gasLimit": "0x1c9c380", "baseFeePerGas": "0x7", "transactions": ["0x00"]}})
    receipt = {"status": "0x1", "blockNumber": "0x2", "gasUsed": "0x5208", "effectiveGasPrice": "0x7"}
    answer("receipt", "receipt", {"result": receipt | {"contractAddress": address}})
    answer("receipt", "none", {"result": None})
    answer("raw", "hash", {"result": "0x" + "12" * 32})
    answer("call", "word", {"result": "0x" + word(1).hex()})
    answer("call", "name", {"result": "0x" + (word(32) + dynamic(b"sneaker")).hex()})
    answer("call", "batches", {"result": "0x" + (word(32) + word(2) + word(1) + word(8)).hex()})
    for name, data in [("revert", revert), ("refused", refused)]:
        error = {"code": 3, "message": "execution reverted", "data": "0x" + data.hex()}
        answer("call", name, {"error": error})
        answer("call", f"{name}-nested", {"error": error | {"data": {"data": "Reverted 0x" + data.hex()}}})
        answer("call", f"{name}-alone", data)
    panic = keccak256(b"Panic(uint256)")[:4] + word(0x11)
    answer("call", "panic-alone", panic)
    answer("call", "deep", b'{"id":1,"error":{"data":' + b'{"data":' * 60 + b'""' + b"}" * 60 + b"}}")
    answer("chain", "deep", b"[" * 300)
    answer("chain", "many-objects", b"[" + b",".join([b"{}"] * 500) + b"]")


# --- Secrets ---


def keystores():
    salt, iv, ciphertext = bytes(range(32)), bytes(range(16)), bytes(range(1, 33))

    def keystore(name: str, kdf: str, parameters: dict, key: bytes = bytes(32)):
        crypto = {
            "cipher": "aes-128-ctr",
            "cipherparams": {"iv": iv.hex()},
            "ciphertext": ciphertext.hex(),
            "kdf": kdf,
            "kdfparams": {"dklen": 32, "salt": salt.hex()} | parameters,
            "mac": keccak256(key[16:32] + ciphertext).hex(),
        }
        file = {"version": 3, "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "crypto": crypto}
        write("keystore", name, json.dumps(file).encode())

    scrypt = {"n": 2, "r": 1, "p": 1}
    key = hashlib.scrypt(PASSWORD, salt=salt, dklen=32, **scrypt)
    keystore("scrypt", "scrypt", scrypt, key)
    keystore("other-password", "scrypt", scrypt)
    pbkdf2 = {"c": 1, "prf": "hmac-sha256"}
    keystore("pbkdf2", "pbkdf2", pbkdf2, hashlib.pbkdf2_hmac("sha256", PASSWORD, salt, 1, 32))
    # More memory and work than any wallet asks for, in different ways.
    for name, changed in [
        ("much-r", {"n": 2, "r": 2**23}),
        ("one-n", {"n": 1, "r": 2**23, "p": 16}),
        ("much-p", {"p": 2**26}),
        ("much-n", {"n": 2**31}),
        ("no-n", {"n": 0}),
    ]:
        keystore(name, "scrypt", scrypt | changed)
    keystore("much-c", "pbkdf2", pbkdf2 | {"c": 2**32 - 1})
    keystore("no-c", "pbkdf2", pbkdf2 | {"c": 0})


# --- SP1 ---


def sp1():
    point = word(1) + word(2)
    other = b"".join(map(word, G2))
    write("sp1_proof", "groth16", b"\0" + point + other + point)
    scalar = bytes(32)
    plonk = point * 6 + scalar * 5 + point + scalar + point * 2 + scalar + point
    write("sp1_proof", "plonk", b"\1" + plonk)
    execution = {"public_values": "AAEC", "cycles": 12, "gas": None, "stages": {"decode": 3}}
    messages = {
        "progress": {"progress": "proving\x1b[1m"},
        "executed": {"executed": execution},
        "proved": {"proved": {"execution": execution | {"gas": 7}, "vkey": "AAAA", "bytes": ""}},
        "verified": {"verified": None},
        "false": {"verified": "no"},
        "key": {"key": "AAAA"},
        "failed": {"failed": {"kind": "machine", "message": "no memory", "help": "buy some"}},
        "base64": {"key": "A==="},
        "request": {
            "version": 1,
            "program": "mnist-cnn",
            "vkey": "AAAA",
            "task": {"prove": {"inputs": ["AAAA"], "system": "groth16", "prover": "cpu"}},
        },
    }
    for name, message in messages.items():
        write("sp1_message", name, json.dumps(message).encode())


setups()
calldata()
node_answers()
keystores()
sp1()
