"""The verifier: reads the tape message by message, and refuses or returns the transcript."""

from py_ecc import optimized_bn128 as curve

from . import opening, wiring
from .arithmetic import ORDER, powers
from .keccak import keccak256
from .key import Key
from .layout import FREE_CELLS, ROUND_COEFFICIENTS, Layout
from .opening import Claim
from .packing import Term
from .statement import POINT_BYTES, Statement, word
from .table import Challenges
from .transcript import Refused, Transcript, decode_points, parts_of

PROTOCOL = "zklens/v1"

# The setup's point of the second group, from setup/README.md.
SECRET_X1 = 0x260E01B251F6F1C7E7FF4E580791DEE8EA51D87A358E038B4EFE30FAC09383C1
SECRET_X0 = 0x0118C4D5B837BCC2BC89B5B398B5974E9F5944073B32078B7E231FEC938883B0
SECRET_Y1 = 0x04FC6369F7110FE3D25156C1BB9A72859CF2A04641F99BA4EE413C80DA6A5FE4
SECRET_Y0 = 0x22FEBDA3C0C0632A56475B4214E5615E11E6DD3F96E6CEA2854A87D4DACC5E55
SECRET = (
    curve.FQ2([SECRET_X0, SECRET_X1]),
    curve.FQ2([SECRET_Y0, SECRET_Y1]),
    curve.FQ2.one(),
)


def setup_digest() -> bytes:
    coordinates = SECRET_X1, SECRET_X0, SECRET_Y1, SECRET_Y0
    return keccak256(b"zklens/setup" + b"".join(map(word, coordinates)))


def verify(key: Key, statement: Statement, tape: bytes) -> Transcript:
    layout = Layout(key, len(statement.labels))
    commitments = known_vectors(layout, key, statement)
    transcript = Transcript(PROTOCOL, statement.digest(setup_digest()), tape)

    commitments += transcript.points("proof/witness", layout.witness_vectors)
    alpha, beta = transcript.draw("lookup/pole"), transcript.draw("lookup/pair")
    commitments += transcript.points("lookup/helpers", layout.helper_vectors)

    point = [transcript.draw("rules/point") for _ in range(layout.variables - 1)]
    base = transcript.draw("rules/powers")
    supply = powers(base)
    lookup_powers = [next(supply) for _ in layout.tables]
    challenges = Challenges(alpha, beta, point, base, lookup_powers)
    for table in layout.tables:
        table.owe(challenges, supply, statement.labels)

    total, drawn = sumcheck(layout, transcript)
    claims = close(layout, challenges, drawn, total, transcript)
    opening.check(claims, commitments, SECRET, transcript)
    return transcript


def known_vectors(layout: Layout, key: Key, statement: Statement) -> list:
    """The commitments to weights and pixels, which are not on the tape."""
    if statement.model != key.model:
        raise Refused("the statement is about another model")
    if any(label >= len(key.classes) for label in statement.labels):
        raise Refused("a label is not one of the classes")
    if len(key.weights) != layout.weight_vectors * POINT_BYTES:
        raise Refused("not a commitment for each vector of weights")
    if len(statement.inputs) != layout.pixel_vectors * POINT_BYTES:
        raise Refused("not a commitment for each vector of pixels")
    weights = decode_points(parts_of(key.weights, POINT_BYTES), "weights", zero_allowed=True)
    return weights + decode_points(parts_of(statement.inputs, POINT_BYTES), "pixels")


def sumcheck(layout: Layout, transcript: Transcript) -> tuple[int, list[int]]:
    """The value that the polynomial must have at the point drawn, and the point."""
    total, point = 0, []
    for _ in range(layout.variables):
        constant, *higher = transcript.scalars("sumcheck/round", 4)
        linear = total - 2 * constant - sum(higher)
        point.append(transcript.draw("sumcheck/bind"))
        total = 0
        for coefficient in reversed([constant, linear, *higher]):
            total = (total * point[-1] + coefficient) % ORDER
    return total, point


def close(
    layout: Layout, challenges: Challenges, drawn: list[int], total: int, transcript: Transcript
) -> list[Claim]:
    """The claims about committed vectors that are left after the sumcheck."""
    *point, mask = drawn
    values = transcript.scalars("proof/columns", layout.columns())
    known, column_claims = 0, []
    for table in layout.tables:
        own, values = values[: table.columns], values[table.columns :]
        known += table.constant + table.close(challenges, point, mask, own)
        for column, value in enumerate(own):
            terms = table.column_terms(column, mask, layout.mask_vector)
            column_claims.append(Claim(terms, value))

    terms = [mask_term(layout, drawn)]
    for table in layout.tables:
        for path in table.key.operand.paths if table.key.operand else []:
            source = layout.tables[path.source]
            for asked in table.covectors:
                covector = wiring.back(path, asked)
                if path.layer is None:
                    known += wiring.wire(covector, source)
                else:
                    terms += wiring.weigh(path.layer, covector, source, layout.arrays)
    first = Claim(terms, (total - known) % ORDER)
    return [first, *column_claims, *padding_claims(layout)]


def mask_term(layout: Layout, drawn: list[int]) -> Term:
    """The sumcheck's mask at the point drawn."""
    weights = [
        2 * pow(coordinate, exponent, ORDER) - 1
        for coordinate in drawn
        for exponent in range(1, ROUND_COEFFICIENTS + 1)
    ]
    return Term(layout.mask_vector, 1, FREE_CELLS, [(weights, 1)])


def padding_claims(layout: Layout) -> list[Claim]:
    """Cell 0 of every table of entries, which rows of padding look up, is zero."""
    claims = []
    for table in layout.tables:
        if table.key.gadget.name == "Entries":
            placement = layout.arrays[table.key.gadget.fields["array"]]
            claims.append(Claim(placement.terms([[1]] * len(placement.sides), 1), 0))
    return claims
