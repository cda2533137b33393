// The build with threads is for browsers. Here Node's worker threads stand in for Web Workers; the page's tests run it in a browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { Worker as NodeWorker, isMainThread, parentPort, workerData } from "node:worker_threads";
import * as single from "@zklens/wasm";

const THREADS = 3;
const workers = [];

/** As much of a Web Worker as js/threads.js uses. */
class WebWorker {
  #worker;

  constructor(script) {
    this.#worker = new NodeWorker(new URL(import.meta.url), { workerData: script.href });
    this.#worker.on("message", (data) => this.onmessage({ data }));
    this.#worker.on("error", (error) => this.onerror(error));
    workers.push(this.#worker);
  }

  postMessage(message) {
    this.#worker.postMessage(message);
  }
}

/** What `script` takes for the scope of a Web Worker. */
async function runWorker(script) {
  class WorkerGlobalScope {
    static [Symbol.hasInstance](scope) {
      return scope === globalThis;
    }
  }
  Object.assign(globalThis, {
    WorkerGlobalScope,
    self: globalThis,
    postMessage: (message) => parentPort.postMessage(message),
    addEventListener: (type, listener) => parentPort.on(type, (data) => listener({ data })),
  });
  await import(script);
}

function testThreads() {
  describe("the build with threads", () => {
    let zklens;

    before(async () => {
      globalThis.Worker = WebWorker;
      zklens = await import("@zklens/wasm/web-threads");
      const module = new URL("../pkg/web-threads/zklens_wasm_bg.wasm", import.meta.url);
      await zklens.default({ module_or_path: readFileSync(module) });
      await zklens.initThreadPool(THREADS);
    });
    after(() => Promise.all(workers.map((worker) => worker.terminate())));

    it("has as many threads as were asked for, once", async () => {
      assert.equal(single.hasThreads(), false);
      assert.equal(zklens.hasThreads(), true);
      assert.equal(workers.length, THREADS);
      await assert.rejects(zklens.initThreadPool(1), { message: /^No threads: .*already/ });
    });

    it("makes proofs that the other build verifies", () => {
      const file = readFileSync(new URL("../../../examples/mnist/digit_7.png", import.meta.url));
      for (const { name } of zklens.models()) {
        const network = zklens.Network.shipped(name);
        const { pixels, label, logits } = network.execute(file);
        assert.deepEqual(single.Network.shipped(name).execute(file).logits, logits);
        for (const layout of ["fast", "chain"]) {
          const prover = new zklens.Prover(network, layout);
          for (let images = 1; images <= 5; images += 2) {
            const proof = prover.prove(Array(images).fill(pixels));
            const { labels } = single.verify(proof.file);
            assert.deepEqual(labels, Array(images).fill(label));
            assert.deepEqual(zklens.verify(proof.file), single.verify(proof.file));
          }
          prover.free();
        }
      }
    });

    it("ends where onStage says, and goes on afterwards", () => {
      const prover = new zklens.Prover(zklens.Network.shipped("mnist-cnn"), "fast");
      const image = new Uint8Array(784);
      for (const last of ["witness", "lookups", "opening"]) {
        const onStage = (stage) => stage !== last;
        assert.throws(() => prover.prove([image], { onStage }), { name: "Cancelled" });
      }
      assert.equal(prover.prove([image]).labels.length, 1);
    });
  });
}

if (isMainThread) testThreads();
else await runWorker(workerData);
