import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { Cancelled, Engine } from "../src/engine/engine.ts";
import type { Port } from "../src/engine/engine.ts";
import { latest } from "../src/engine/latest.ts";
import type { FromWorker, ToWorker } from "../src/engine/messages.ts";

class FakePort implements Port {
  onmessage: Port["onmessage"] = null;
  onerror: Port["onerror"] = null;
  readonly heard: ToWorker[] = [];
  isTerminated = false;
  postMessage(message: ToWorker): void {
    this.heard.push(message);
  }
  terminate(): void {
    this.isTerminated = true;
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }
  kinds(): string[] {
    return this.heard.map((message) => ("task" in message ? message.task.kind : "cancel"));
  }
  idOf(kind: string): number {
    for (const message of this.heard) if ("task" in message && message.task.kind === kind) return message.id;
    return assert.fail(`no ${kind} was sent`);
  }
}

function start(isIsolated = false): { engine: Engine; ports: FakePort[] } {
  const ports: FakePort[] = [];
  const open = (): Port => {
    const port = new FakePort();
    ports.push(port);
    return port;
  };
  return { engine: new Engine(open, { script: "s.js", threads: 2, isIsolated, patience: 10 }), ports };
}

const PROVE = { network: "n", layout: "fast", images: [], isPublic: false } as const;

test("answers reach the call that asked, progress included", async () => {
  const { engine, ports } = start();
  const seen: string[] = [];
  const proving = engine.call("prove", PROVE, { onProgress: ({ stage }) => seen.push(stage) });
  const inspecting = engine.call("inspect", { file: new Uint8Array() });
  const [port] = ports;
  port?.say({ id: 2, failure: "No.", name: "BadProof", isBroken: false });
  port?.say({ id: 1, progress: { stage: "commit", index: 2, count: 7 } });
  port?.say({ id: 1, output: "proof" });
  await assert.rejects(inspecting, { name: "BadProof", message: "No." });
  assert.equal(await proving, "proof");
  assert.deepEqual(seen, ["commit"]);
});

test("a worker that stops when told is kept", async () => {
  const { engine, ports } = start(true);
  const controller = new AbortController();
  const proving = engine.call("prove", PROVE, { signal: controller.signal });
  controller.abort();
  ports[0]?.say({ id: 1, failure: "Cancelled.", name: "Cancelled", isBroken: false });
  await assert.rejects(proving, Cancelled);
  await sleep(20);
  assert.equal(ports.length, 1);
  assert.deepEqual(ports[0]?.kinds(), ["prove", "cancel"]);
});

test("a worker that does not stop is replaced, and other tasks go on in the new one", async () => {
  const { engine, ports } = start();
  const controller = new AbortController();
  const proving = engine.call("prove", PROVE, { signal: controller.signal });
  const inspecting = engine.call("inspect", { file: new Uint8Array() });
  controller.abort();
  await assert.rejects(proving, Cancelled);
  assert.equal(ports[0]?.isTerminated, true);
  assert.deepEqual(ports[1]?.kinds(), ["load", "inspect"]);
  ports[0]?.say({ id: 2, output: "late" });
  ports[1]?.say({ id: ports[1].idOf("inspect"), output: "new" });
  assert.equal(await inspecting, "new");
});

test("cancelling while the package loads keeps its load", async () => {
  const { engine, ports } = start();
  const loading = engine.load();
  const controller = new AbortController();
  const proving = engine.call("prove", PROVE, { signal: controller.signal });
  controller.abort();
  await assert.rejects(proving, Cancelled);
  assert.deepEqual(ports[1]?.kinds(), ["load"]);
  ports[1]?.say({ id: 1, output: { models: [], threads: 1 } });
  assert.deepEqual(await loading, { models: [], threads: 1 });
});

test("a broken worker is replaced", async () => {
  const { engine, ports } = start();
  const proving = engine.call("prove", PROVE);
  ports[0]?.say({ id: 1, failure: "Stopped.", name: "RuntimeError", isBroken: true });
  await assert.rejects(proving, /Stopped/);
  assert.deepEqual(ports[1]?.kinds(), ["load"]);
});

test("a worker that cannot start fails what waits for it", async () => {
  const { engine, ports } = start();
  const loading = engine.load();
  ports[0]?.onerror?.({ preventDefault: () => undefined } as ErrorEvent);
  await assert.rejects(loading, /could not be started/);
});

test("a call that is cancelled before it starts is never sent", async () => {
  const { engine, ports } = start();
  await assert.rejects(engine.call("prove", PROVE, { signal: AbortSignal.abort() }), Cancelled);
  assert.deepEqual(ports[0]?.heard, []);
});

test("of jobs that pile up only the last is done", async () => {
  const begun: number[] = [];
  let end = (): void => undefined;
  const add = latest(async (job: number) => {
    begun.push(job);
    await new Promise<void>((resolve) => (end = resolve));
  });
  for (const job of [1, 2, 3, 4]) add(job);
  for (const jobs of [[1], [1, 4], [1, 4]]) {
    assert.deepEqual(begun, jobs);
    end();
    await setImmediate();
  }
});
