/** The worker that runs @zklens/wasm: all reading, proving and verifying happens here, off the page's thread. */

import type * as Zklens from "@zklens/wasm";
import type { FromWorker, Input, Kind, Layout, Output, Task, ToWorker, Trusted } from "./messages.ts";

type Package = typeof Zklens;
type Tell = (progress: { stage: Zklens.Stage; index: number; count: number }) => boolean;

const scope = globalThis as unknown as { onmessage: unknown; postMessage(message: FromWorker): void };
const networks = new Map<string, Zklens.Network>();
const provers = new Map<string, Zklens.Prover>();
const cancelledByMessage = new Set<number>();
let zklens: Package | undefined;
/** The number of the task to cancel, in memory shared with the page where that is allowed. This thread can read it while busy. */
let cancelled: Int32Array | undefined;
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  if ("cancel" in data) cancelledByMessage.add(data.cancel);
  else last = last.then(() => answer(data.id, data.task));
};

async function answer(id: number, task: Task): Promise<void> {
  const isCancelled = (): boolean =>
    cancelledByMessage.has(id) || (cancelled !== undefined && Atomics.load(cancelled, 0) === id);
  const tell: Tell = (progress) => {
    scope.postMessage({ id, progress });
    return !isCancelled();
  };
  try {
    if (isCancelled()) throw Object.assign(new Error("Cancelled."), { name: "Cancelled" });
    scope.postMessage({ id, output: await run(task, tell) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    // After a trap, the memory of the module can no longer be trusted.
    const isBroken = error instanceof WebAssembly.RuntimeError;
    scope.postMessage({ id, failure: isBroken ? "The prover stopped unexpectedly." : message, name, isBroken });
  } finally {
    cancelledByMessage.delete(id);
  }
}

const handlers: { [K in Kind]: (input: Input<K>, tell: Tell) => Output<K> | Promise<Output<K>> } = {
  async load({ script, threads, cancelled: flag }) {
    const loaded = (await import(/* @vite-ignore */ script)) as Package;
    await loaded.default();
    if (loaded.hasThreads()) await loaded.initThreadPool(threads);
    zklens = loaded;
    cancelled = flag;
    return { models: loaded.models(), threads: loaded.hasThreads() ? threads : 1 };
  },
  classifyPixels: ({ network, images }) => images.map((pixels) => shipped(network).executePixels(pixels)),
  classifyFile: ({ network, file }) => shipped(network).execute(file),
  prove({ network, layout, images, context, isPublic }, tell) {
    const started = performance.now();
    const ready = prover(network, layout, tell);
    const begun = performance.now();
    const proof = ready.prove([...images], { public: isPublic, onStage: stages(tell), context });
    return { proof, milliseconds: performance.now() - begun, keyMilliseconds: begun - started };
  },
  inspect: ({ file }) => ready().inspect(file),
  verify: ({ file, trusted }) =>
    withTrusted(trusted, (options) => {
      const started = performance.now();
      const verification = ready().verify(file, options);
      return { verification, milliseconds: performance.now() - started };
    }),
  compareImages: ({ file, images, trusted }) => withTrusted(trusted, (options) => ready().compareImages(file, [...images], options)),
  calldata: ({ file }) => ({
    modelId: ready().modelIdCalldata(),
    verify: ready().calldata(file, "verify"),
    check: ready().calldata(file, "check"),
  }),
};

function run(task: Task, tell: Tell): unknown {
  const handler = handlers[task.kind] as (input: Task["input"], tell: Tell) => unknown;
  return handler(task.input, tell);
}

function ready(): Package {
  if (zklens === undefined) throw new Error("The prover is not loaded yet.");
  return zklens;
}

function shipped(name: string): Zklens.Network {
  const known = networks.get(name) ?? ready().Network.shipped(name);
  networks.set(name, known);
  return known;
}

/** Deriving a key takes a moment, so keys are kept. */
function prover(network: string, layout: Layout, tell: Tell): Zklens.Prover {
  const name = `${network} ${layout}`;
  let known = provers.get(name);
  if (known === undefined) {
    known = new (ready().Prover)(shipped(network), layout, stages(tell));
    provers.set(name, known);
  }
  return known;
}

function stages(tell: Tell): (stage: Zklens.Stage, index: number, count: number) => boolean {
  return (stage, index, count) => tell({ stage, index, count });
}

function withTrusted<T>(trusted: Trusted, use: (options: { network?: Zklens.Network; key?: Uint8Array }) => T): T {
  if (trusted.key !== undefined) return use({ key: trusted.key });
  if (trusted.network === undefined) return use({});
  const network = ready().Network.decode(trusted.network);
  try {
    return use({ network });
  } finally {
    network.free();
  }
}
