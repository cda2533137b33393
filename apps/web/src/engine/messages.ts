/** The messages between the page and its worker. */

import type { ErrorName, Execution, Inspection, Layout, ModelInfo, Proof, Stage, Verification } from "@zklens/wasm";

export type { ErrorName, Execution, Inspection, Layout, ModelInfo, Proof, Stage, Verification };

export interface Loaded {
  readonly models: readonly ModelInfo[];
  /** 1 for the single-threaded build. */
  readonly threads: number;
}

export interface ProveInput {
  readonly network: string;
  readonly layout: Layout;
  /** Pixels as the network takes them. */
  readonly images: readonly Uint8Array[];
  /** 32 bytes as hexadecimal digits. */
  readonly context?: string;
  readonly isPublic: boolean;
}

export interface Proved {
  readonly proof: Proof;
  readonly milliseconds: number;
  /** Milliseconds for making the network's key, before that; close to zero once the key exists. */
  readonly keyMilliseconds: number;
}

/** A network or key from a file of the user's. */
export interface Trusted {
  readonly network?: Uint8Array;
  readonly key?: Uint8Array;
}

export interface Verified {
  readonly verification: Verification;
  readonly milliseconds: number;
}

/** Every call, with the types of its input and output. */
export interface Calls {
  load: { input: { script: string; threads: number; cancelled?: Int32Array }; output: Loaded };
  classifyPixels: { input: { network: string; images: readonly Uint8Array[] }; output: readonly Execution[] };
  classifyFile: { input: { network: string; file: Uint8Array }; output: Execution };
  prove: { input: ProveInput; output: Proved };
  inspect: { input: { file: Uint8Array }; output: Inspection };
  verify: { input: { file: Uint8Array; trusted: Trusted }; output: Verified };
  compareImages: {
    input: { file: Uint8Array; images: readonly Uint8Array[]; trusted: Trusted };
    output: readonly { ipfsUri: string }[];
  };
  calldata: { input: { file: Uint8Array }; output: { modelId: string; verify: string; check: string } };
}

export type Kind = keyof Calls;
export type Input<K extends Kind> = Calls[K]["input"];
export type Output<K extends Kind> = Calls[K]["output"];

export type Task = { [K in Kind]: { readonly kind: K; readonly input: Input<K> } }[Kind];
export type ToWorker = { readonly id: number; readonly task: Task } | { readonly cancel: number };

export interface Progress {
  readonly stage: Stage;
  readonly index: number;
  readonly count: number;
}

export type FromWorker =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: string; readonly name: string; readonly isBroken: boolean };
