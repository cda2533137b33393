// Times proving and verifying with one thread: medians of several runs.
//
//     node bench.mjs [runs]

import { readFileSync } from "node:fs";
import * as zklens from "@zklens/wasm";

const runs = Number(process.argv[2] ?? 11);
const IMAGES = { "fashion-mlp": "fashion/7_sneaker.jpg", "mnist-cnn": "mnist/digit_7.png" };

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

/** What a call gives, and how many milliseconds it took. */
function timed(call) {
  const started = performance.now();
  const value = call();
  return { value, time: performance.now() - started };
}

for (const { name } of zklens.models()) {
  const file = readFileSync(new URL(`../../examples/${IMAGES[name]}`, import.meta.url));
  const network = zklens.Network.shipped(name);
  const execute = median(Array.from({ length: runs }, () => timed(() => network.execute(file)).time));
  const { pixels } = network.execute(file);
  for (const layout of ["fast", "chain"]) {
    const key = timed(() => new zklens.Prover(network, layout));
    const prove = (count) => timed(() => key.value.prove(Array(count).fill(pixels)));
    const proofs = Array.from({ length: runs }, () => prove(1));
    const verify = proofs.map(({ value }) => timed(() => zklens.verify(value.file)).time);
    const sixteen = prove(16);
    const verifySixteen = timed(() => zklens.verify(sixteen.value.file)).time;
    const row = {
      network: name,
      layout,
      execute,
      key: key.time,
      prove: median(proofs.map(({ time }) => time)),
      verify: median(verify),
      prove16: sixteen.time,
      verify16: verifySixteen,
      memoryMB: zklens.memoryBytes() / 2 ** 20,
    };
    const rounded = Object.entries(row).map(([what, value]) => [what, typeof value === "number" ? Number(value.toFixed(1)) : value]);
    console.log(JSON.stringify(Object.fromEntries(rounded)));
    key.value.free();
  }
}
