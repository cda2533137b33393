// How much memory proving takes. In a process of its own: a module keeps what it once had.

import assert from "node:assert/strict";
import { it } from "node:test";
import * as zklens from "@zklens/wasm";

it("stays below 256 MB, also for sixteen images at once", () => {
  for (const { name } of zklens.models()) {
    for (const layout of ["fast", "chain"]) {
      const prover = new zklens.Prover(zklens.Network.shipped(name), layout);
      prover.prove(Array.from({ length: 16 }, (_, image) => new Uint8Array(784).fill(image)));
      prover.free();
    }
  }
  assert.ok(zklens.memoryBytes() < 256 * 2 ** 20, `${zklens.memoryBytes()} bytes`);
});
