#!/usr/bin/env python3
"""Trains the project's two networks and exports them to ONNX.

    train.py fashion-mlp             trains on all 60,000 training images, exports, tests once
    train.py fashion-mlp --validate  trains on 55,000, reports on the 5,000 held out

and the same with mnist-cnn. The hyper-parameters below were chosen with --validate alone; the test
set is read only after the final network has been written. See README.md.
"""

import argparse
import dataclasses
import json
import platform
import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime
import optax
from onnx import TensorProto, helper, numpy_helper

import common

HELD_OUT = 5_000


@dataclasses.dataclass(frozen=True)
class Settings:
    """Hyper-parameters of a training run."""

    dataset: str
    seed: int
    epochs: int
    batch: int
    learning_rate: float  # peak: one epoch of warm-up, then a cosine down to zero
    weight_decay: float
    label_smoothing: float
    dropout: float  # of the hidden dense layers
    average_decay: float  # of the exponential moving average of weights that is exported
    augment_share: float  # share of images that are augmented at all
    shift: float  # pixels, each way
    rotation: float  # degrees, each way
    scale: float  # relative, each way
    gain: float  # brightness factor, relative, each way
    flip: bool  # left–right mirroring


SETTINGS = {
    "fashion-mlp": Settings(
        dataset=common.FASHION,
        seed=20_240_601,
        epochs=80,
        batch=128,
        learning_rate=2e-3,
        weight_decay=0.05,
        label_smoothing=0.0,
        dropout=0.1,
        average_decay=0.999,
        augment_share=0.5,
        shift=1.5,
        rotation=4.0,
        scale=0.06,
        gain=0.15,
        flip=True,
    ),
    "mnist-cnn": Settings(
        dataset=common.MNIST,
        seed=20_240_602,
        epochs=30,
        batch=128,
        learning_rate=3e-3,
        weight_decay=0.05,
        label_smoothing=0.02,
        dropout=0.1,
        average_decay=0.999,
        augment_share=0.9,
        shift=2.0,
        rotation=10.0,
        scale=0.1,
        gain=0.15,
        flip=False,
    ),
}


# --- networks -------------------------------------------------------------------------------------
# Weights are a list of (weight, bias) pairs, in the layouts of PyTorch and ONNX: dense weights are
# [outputs, inputs], convolution kernels [outputs, inputs, height, width].

LAYERS = {
    "fashion-mlp": [(300, 784), (100, 300), (10, 100)],
    "mnist-cnn": [(6, 1, 5, 5), (16, 6, 5, 5), (120, 256), (84, 120), (10, 84)],
}


def initial_weights(network, rng):
    """He initialisation; zero biases."""
    return [
        (
            jnp.asarray(rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape), jnp.float32),
            jnp.zeros(shape[0], jnp.float32),
        )
        for shape in LAYERS[network]
    ]


def forward(weights, x, dropout=0.0, key=None):
    """Logits of images `[n, 28, 28]` with values in 0..1. Four-dimensional weights are convolutions,
    each followed by 2×2 max pooling. With a key, hidden dense activations are dropped."""
    x = x[:, None]
    for index, (weight, bias) in enumerate(weights):
        if weight.ndim == 4:
            x = jax.lax.conv_general_dilated(
                x, weight, (1, 1), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW")
            )
            x = jax.nn.relu(x + bias[:, None, None])
            n, c, h, w = x.shape
            x = x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
            continue
        x = x.reshape(len(x), -1) @ weight.T + bias
        if index + 1 < len(weights):
            x = jax.nn.relu(x)
            if key is not None:
                key, mask = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(mask, 1 - dropout, x.shape), x, 0)
                x /= 1 - dropout
    return x


# --- training -------------------------------------------------------------------------------------


def augment(settings, images, key):
    """Small random rotation, scaling, shift, mirroring and change of brightness."""
    n, size = len(images), images.shape[1]
    keys = jax.random.split(key, 7)

    def spread(key, width, shape=(n,)):
        return jax.random.uniform(key, shape, minval=-width, maxval=width)

    angle = spread(keys[0], settings.rotation * np.pi / 180)
    zoom = jnp.exp(spread(keys[1], settings.scale, (2, n)))
    shift = spread(keys[2], settings.shift, (2, n))
    gain = 1 + spread(keys[3], settings.gain)
    mirror = jnp.where(jax.random.bernoulli(keys[4], 0.5, (n,)) & settings.flip, -1.0, 1.0)

    # Where in the source each target pixel comes from, relative to the centre.
    centre = (size - 1) / 2
    rows, columns = jnp.meshgrid(jnp.arange(size) - centre, jnp.arange(size) - centre, indexing="ij")
    sin, cos = jnp.sin(angle)[:, None, None], jnp.cos(angle)[:, None, None]
    zoom, shift, mirror = zoom[..., None, None], shift[..., None, None], mirror[:, None, None]
    source_rows = (cos * rows - sin * columns) * zoom[0] + shift[0] + centre
    source_columns = (sin * rows + cos * columns) * zoom[1] * mirror + shift[1] + centre

    # Bilinear interpolation; outside the image all is 0 (background).
    sample = partial(jax.scipy.ndimage.map_coordinates, order=1, mode="constant")
    moved = jax.vmap(lambda image, r, c: sample(image, [r, c]))(images, source_rows, source_columns)
    changed = jnp.clip(moved * gain[:, None, None], 0, 1)
    chosen = jax.random.bernoulli(keys[5], settings.augment_share, (n, 1, 1))
    return jnp.where(chosen, changed, images)


def train(network, settings, images, labels, report):
    """The averaged weights after training on images (0..1) and labels."""
    rng = np.random.default_rng(settings.seed)
    weights = initial_weights(network, rng)
    steps_per_epoch = len(images) // settings.batch
    schedule = optax.warmup_cosine_decay_schedule(
        0.0, settings.learning_rate, steps_per_epoch, settings.epochs * steps_per_epoch
    )
    # Biases are not decayed.
    optimiser = optax.adamw(
        schedule,
        weight_decay=settings.weight_decay,
        mask=lambda tree: jax.tree.map(lambda leaf: leaf.ndim > 1, tree),
    )

    def loss(weights, x, y, key):
        logits = forward(weights, x, settings.dropout, key)
        target = optax.smooth_labels(jax.nn.one_hot(y, 10), settings.label_smoothing)
        return optax.softmax_cross_entropy(logits, target).mean()

    @jax.jit
    def step(weights, average, state, x, y, key):
        augmenting, dropping = jax.random.split(key)
        x = augment(settings, x.astype(jnp.float32) / 255, augmenting)
        value, gradient = jax.value_and_grad(loss)(weights, x, y, dropping)
        updates, state = optimiser.update(gradient, state, weights)
        weights = optax.apply_updates(weights, updates)
        average = optax.incremental_update(weights, average, 1 - settings.average_decay)
        return weights, average, state, value

    average, state = weights, optimiser.init(weights)
    key = jax.random.key(settings.seed)
    started = time.monotonic()
    for epoch in range(settings.epochs):
        order = rng.permutation(len(images))
        losses = []
        for start in range(0, steps_per_epoch * settings.batch, settings.batch):
            chosen = order[start : start + settings.batch]
            key, step_key = jax.random.split(key)
            weights, average, state, value = step(
                weights, average, state, images[chosen], labels[chosen], step_key
            )
            losses.append(value)
        if report is not None or (epoch + 1) % 5 == 0 or epoch == 0:
            text = "" if report is None else f", {report(average)}"
            seconds = time.monotonic() - started
            mean = float(np.mean([float(value) for value in losses]))
            print(f"epoch {epoch + 1:3}: loss {mean:.4f}{text}, {seconds:.0f} s", flush=True)
    return [(np.asarray(weight), np.asarray(bias)) for weight, bias in average]


def accuracy(weights, images, labels):
    """Share of images whose largest logit is the label's, computed with JAX."""
    run = jax.jit(forward)
    right = 0
    for start in range(0, len(images), 1000):
        x = jnp.asarray(images[start : start + 1000], jnp.float32) / 255
        right += int((run(weights, x).argmax(1) == labels[start : start + 1000]).sum())
    return right / len(images)


# --- export ---------------------------------------------------------------------------------------


def export(network, weights, path):
    """Writes the network as ONNX (opset 13): `image` [batch, 1, 28, 28] in 0..1 to `logits`."""
    nodes, tensors = [], []
    current, flat = "image", False
    for index, (weight, bias) in enumerate(weights):
        last = index + 1 == len(weights)
        name = f"{'conv' if weight.ndim == 4 else 'dense'}{index + 1}"
        tensors.append(numpy_helper.from_array(np.asarray(weight, np.float32), f"{name}.weight"))
        tensors.append(numpy_helper.from_array(np.asarray(bias, np.float32), f"{name}.bias"))

        def node(operator, inputs, output, name, **attributes):
            nodes.append(helper.make_node(operator, inputs, [output], name=name, **attributes))
            return output

        parameters = [f"{name}.weight", f"{name}.bias"]
        if weight.ndim == 4:
            kernel = list(weight.shape[2:])
            current = node("Conv", [current, *parameters], name, name, kernel_shape=kernel)
            current = node("Relu", [current], f"{name}.relu", f"{name}.relu")
            pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
            current = node("MaxPool", [current], f"{name}.pool", f"{name}.pool", **pool)
            continue
        if not flat:
            current, flat = node("Flatten", [current], "flatten", "flatten", axis=1), True
        output = "logits" if last else name
        current = node("Gemm", [current, *parameters], output, name, transB=1)
        if not last:
            current = node("Relu", [current], f"{name}.relu", f"{name}.relu")

    graph = helper.make_graph(
        nodes,
        network,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])],
        tensors,
    )
    model = helper.make_model(
        graph,
        producer_name="zklens training/train.py",
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 13)],
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def onnx_logits(path, images):
    """What onnxruntime computes for images of bytes `[n, 28, 28]`."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    x = images[:, None].astype(np.float32) / np.float32(255)
    return session.run(["logits"], {"image": x})[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=SETTINGS)
    parser.add_argument("--validate", action="store_true", help="report on held-out images only")
    for field in dataclasses.fields(Settings):
        if field.type in (int, float):
            flag = "--" + field.name.replace("_", "-")
            parser.add_argument(flag, type=field.type, help="only with --validate")
    arguments = vars(parser.parse_args())
    network, validate = arguments.pop("network"), arguments.pop("validate")
    changed = {name: value for name, value in arguments.items() if value is not None}
    if changed and not validate:
        parser.error("the final network is trained with the settings in this file")
    settings = dataclasses.replace(SETTINGS[network], **changed)

    images, labels = common.load(settings.dataset, "train")
    if validate:
        order = np.random.default_rng(0).permutation(len(images))
        held, kept = order[:HELD_OUT], order[HELD_OUT:]

        def report(weights):
            return f"held out {accuracy(weights, images[held], labels[held]):.4f}"

        train(network, settings, images[kept], labels[kept], report)
        return

    weights = train(network, settings, images, labels, None)
    common.MODELS.mkdir(exist_ok=True)
    path = common.MODELS / f"{network}.onnx"
    export(network, weights, path)

    images, labels = common.load(settings.dataset, "t10k")
    right = int((onnx_logits(path, images).argmax(1) == labels).sum())
    expected = accuracy(weights, images, labels)
    assert abs(right / len(images) - expected) < 5e-4, f"onnxruntime {right}, JAX {expected}"
    record = {
        "network": network,
        "file": f"models/{network}.onnx",
        "sha256": common.sha256(path),
        "parameters": sum(w.size + b.size for w, b in weights),
        "test_images": len(images),
        "test_correct": right,
        "test_accuracy": right / len(images),
        "test_accuracy_jax": expected,
        "settings": dataclasses.asdict(settings),
        "largest_weights": [float(np.abs(w).max()) for w, _ in weights],
        "versions": {
            "python": platform.python_version(),
            "jax": jax.__version__,
            "onnx": onnx.__version__,
            "onnxruntime": onnxruntime.__version__,
        },
        "data_sha256": common.data_hashes(settings.dataset),
    }
    text = json.dumps(record, indent=2) + "\n"
    (common.MODELS / f"{network}.training.json").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
