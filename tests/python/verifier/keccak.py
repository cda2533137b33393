"""Keccak-256, the hash of Ethereum: like SHA3-256 but for the first byte of the padding."""

RATE = 136
ROUNDS = 24
LANE = (1 << 64) - 1


def rotate(lane: int, count: int) -> int:
    count %= 64
    return (lane << count | lane >> (64 - count)) & LANE


def round_constants() -> list[int]:
    """Bits of a shift register, at positions 0, 1, 3, 7, ... 63 of each constant."""
    register, constants = 1, []
    for _ in range(ROUNDS):
        constant = 0
        for exponent in range(7):
            constant |= (register & 1) << ((1 << exponent) - 1)
            register = register << 1 ^ (register >> 7) * 0x171
        constants.append(constant)
    return constants


ROUND_CONSTANTS = round_constants()


def permute(state: list[list[int]]) -> list[list[int]]:
    """Keccak-f[1600] on lanes `state[x][y]`."""
    for constant in ROUND_CONSTANTS:
        parity = [a ^ b ^ c ^ d ^ e for a, b, c, d, e in state]
        change = [parity[x - 1] ^ rotate(parity[(x + 1) % 5], 1) for x in range(5)]
        state = [[lane ^ change[x] for lane in state[x]] for x in range(5)]
        x, y, moving = 1, 0, state[1][0]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            turned = rotate(moving, (step + 1) * (step + 2) // 2)
            moving, state[x][y] = state[x][y], turned
        state = [
            [state[x][y] ^ (~state[(x + 1) % 5][y] & state[(x + 2) % 5][y]) for y in range(5)]
            for x in range(5)
        ]
        state[0][0] ^= constant
    return state


def keccak256(data: bytes) -> bytes:
    padded = bytearray(data) + bytes(RATE - len(data) % RATE)
    padded[len(data)] |= 0x01
    padded[-1] |= 0x80
    state = [[0] * 5 for _ in range(5)]
    for block in range(0, len(padded), RATE):
        for lane in range(RATE // 8):
            at = block + 8 * lane
            state[lane % 5][lane // 5] ^= int.from_bytes(padded[at : at + 8], "little")
        state = permute(state)
    return b"".join(state[lane][0].to_bytes(8, "little") for lane in range(4))
