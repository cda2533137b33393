import { byId } from "./dom.ts";
import { Engine } from "./engine/engine.ts";
import type { Loaded } from "./engine/messages.ts";
import { message } from "./text.ts";
import { findWallets } from "./views/chain.ts";
import { Checker } from "./views/checker.ts";
import { Draw } from "./views/draw.ts";
import { keepStrayFiles } from "./views/dropzone.ts";
import { ImageFile } from "./views/file.ts";
import { pages } from "./views/pages.ts";
import { Prover } from "./views/prover.ts";
import { Samples } from "./views/samples.ts";
import type { Source } from "./views/subject.ts";
import { tabs } from "./views/tabs.ts";

const MOST_THREADS = 8;
/** One core is left to the browser, which has frames to draw. */
const threads = Math.min(navigator.hardwareConcurrency - 1, MOST_THREADS);
const build = globalThis.crossOriginIsolated && threads > 1 ? "threads" : "single";

const engine = new Engine(() => new Worker(new URL("./engine/worker.ts", import.meta.url), { type: "module" }), {
  script: new URL(`${__WASM_FOLDER__}/${build}/zklens_wasm.js`, document.baseURI).href,
  threads,
  isIsolated: globalThis.crossOriginIsolated,
  patience: 400,
});

const sources = new Map<string, Source>();
let selected = "source-draw";

const prover = new Prover(byId("prover"), engine, (isBusy) => {
  for (const source of sources.values()) source.lock(isBusy);
});
const changed = (): void => {
  prover.subject = sources.get(selected)?.subject;
};
const draw = new Draw(byId("source-draw"), engine, changed, tell);
const samples = new Samples(byId("source-samples"), engine, changed, tell);
const file = new ImageFile(byId("source-file"), engine, changed);
sources.set("source-draw", draw).set("source-samples", samples).set("source-file", file);
new Checker(byId("checker"), engine);

tabs(document.querySelector<HTMLElement>('[role="tablist"]') ?? document.body, (panel) => {
  selected = panel;
  if (panel === "source-samples") samples.loadOrTell();
  changed();
});
pages();
keepStrayFiles();
findWallets();
engine.load().then(ready, (error: unknown) => {
  byId("status").textContent = "Not working";
  tell(error);
});

function ready({ models, threads: started }: Loaded): void {
  draw.answer.classes = models.find(({ name }) => name === "mnist-cnn")?.classes ?? [];
  file.models = models;
  byId("status").textContent = started === 1 ? "Ready, with one thread" : `Ready, with ${started} threads`;
  void keepForOffline();
}

/** Shows errors that no other part of the page shows. */
function tell(error: unknown): void {
  byId("failure").textContent = message(error);
  byId("failure").hidden = false;
}

async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // The page also works in a browser that stores nothing.
  await navigator.serviceWorker.register(new URL(`sw.js?build=${build}`, document.baseURI)).catch(() => undefined);
}
