// Starts the workers of a thread pool; each of them runs this file too. See src/threads.rs.

const START = "zklens-start-thread";

/** Starts `threads` workers on `module` with the shared `memory`, and builds a pool of them. */
export async function startWorkers(threads, main, module, memory) {
  const job = { type: START, main, module, memory };
  await Promise.all(Array.from({ length: threads }, () => startWorker(job)));
  const zklens = await import(/* @vite-ignore */ main);
  zklens.zklensBuildPool(threads);
}

// Firefox garbage-collects a worker that nothing refers to, even while it shares memory with a running one.
const workers = [];

function startWorker(job) {
  const worker = new Worker(new URL(import.meta.url), { type: "module" });
  workers.push(worker);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error === undefined ? resolve() : reject(new Error(data.error)));
    worker.onerror = (event) => reject(new Error(`A worker could not be started: ${event.message || "it gave no reason"}.`));
    worker.postMessage(job);
  });
}

async function work({ main, module, memory }) {
  let zklens;
  try {
    zklens = await import(/* @vite-ignore */ main);
    await zklens.default({ module_or_path: module, memory });
  } catch (error) {
    postMessage({ error: String(error) });
    return;
  }
  postMessage({});
  zklens.zklensRunThread();
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  self.addEventListener("message", ({ data }) => {
    if (data?.type === START) work(data);
  });
}
