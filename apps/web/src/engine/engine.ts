/** The worker as the page sees it: typed calls that can be cancelled. A worker that does not stop in time is replaced. */

import type { FromWorker, Input, Kind, Loaded, Output, Progress, Task, ToWorker } from "./messages.ts";

/** The part of a `Worker` that is needed here. */
export interface Port {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(message: ToWorker): void;
  terminate(): void;
}

export interface Setup {
  /** The address of the package's script. */
  readonly script: string;
  readonly threads: number;
  /** Whether memory may be shared with the worker. */
  readonly isIsolated: boolean;
  /** Milliseconds that a cancelled task may go on before its worker is replaced. */
  readonly patience: number;
}

export interface Options {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Pending {
  readonly task: Task;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export class Engine {
  readonly #start: () => Port;
  readonly #setup: Setup;
  readonly #cancelled: Int32Array | undefined;
  readonly #pending = new Map<number, Pending>();
  #port: Port;
  #lastId = 0;

  constructor(start: () => Port, setup: Setup) {
    this.#start = start;
    this.#setup = setup;
    this.#cancelled = setup.isIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    this.#port = this.#open();
  }

  load(): Promise<Loaded> {
    return this.call("load", this.#loading());
  }

  call<K extends Kind>(kind: K, input: Input<K>, { signal, onProgress }: Options = {}): Promise<Output<K>> {
    if (signal?.aborted) return Promise.reject(new Cancelled("Cancelled."));
    this.#lastId += 1;
    const id = this.#lastId;
    const task = { kind, input } as Task;
    const result = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { task, onProgress, resolve, reject }));
    this.#port.postMessage({ id, task });
    const cancel = (): void => this.#cancel(id);
    signal?.addEventListener("abort", cancel, { once: true });
    return result.finally(() => signal?.removeEventListener("abort", cancel)) as Promise<Output<K>>;
  }

  #loading(): Input<"load"> {
    const { script, threads } = this.#setup;
    return this.#cancelled === undefined ? { script, threads } : { script, threads, cancelled: this.#cancelled };
  }

  #open(): Port {
    const port = this.#start();
    port.onmessage = ({ data }) => this.#hear(port, data);
    port.onerror = (event) => {
      event.preventDefault();
      this.#abandon("The prover could not be started. Reload the page to try again.");
    };
    return port;
  }

  #hear(port: Port, message: FromWorker): void {
    if (port !== this.#port) return;
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if ("progress" in message) {
      pending.onProgress?.(message.progress);
      return;
    }
    this.#pending.delete(message.id);
    if ("output" in message) pending.resolve(message.output);
    else pending.reject(failure(message));
    if ("failure" in message && message.isBroken) this.#replace();
  }

  /** Tells the worker; if it does not stop soon, another one takes its place. */
  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (this.#cancelled !== undefined) Atomics.store(this.#cancelled, 0, id);
    this.#port.postMessage({ cancel: id });
    setTimeout(() => {
      if (!this.#pending.delete(id)) return;
      pending.reject(new Cancelled("Cancelled."));
      this.#replace();
    }, this.#setup.patience);
  }

  /** The new worker gets all tasks that were not cancelled. */
  #replace(): void {
    this.#port.terminate();
    this.#port = this.#open();
    const isLoading = [...this.#pending.values()].some(({ task }) => task.kind === "load");
    // If this load fails, the tasks after it fail and report it.
    if (!isLoading) void this.load().catch(() => undefined);
    const inOrder = [...this.#pending].sort(([a, { task: first }], [b, { task: second }]) =>
      Number(second.kind === "load") - Number(first.kind === "load") || a - b);
    for (const [id, { task }] of inOrder) {
      if (isLoading || task.kind !== "load") this.#port.postMessage({ id, task });
    }
  }

  #abandon(reason: string): void {
    const abandoned = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of abandoned) reject(new Error(reason));
  }
}

/** Errors of the package are told apart by their name. */
function failure({ failure: text, name }: { readonly failure: string; readonly name: string }): Error {
  return name === "Cancelled" ? new Cancelled("Cancelled.") : Object.assign(new Error(text), { name });
}
