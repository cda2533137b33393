/** What `name` is of errors thrown here; their `message` has one or two sentences for people. */
export type ErrorName =
  | "BadImage" | "BadModel" | "BadProof" | "BadKey" | "BadBatch" | "BadArgument"
  | "UnknownModel" | "UnknownNetwork" | "OtherNetwork" | "OtherContext" | "OtherImage" | "HiddenImages"
  | "FalseProof" | "CannotProve" | "Cancelled" | "NoCalldata" | "NoRandomness" | "Defect";

/** How the weights of a network are laid out: `fast` is quicker to prove, `chain` takes a contract less gas. */
export type Layout = "fast" | "chain";

/** A network. */
export interface ModelInfo {
  name: string;
  /** The name of each label. */
  classes: string[];
  /** Of the pixels that the network takes. */
  width: number;
  height: number;
  /** 1: grey; 3: red, green and blue. */
  channels: number;
  /** Weights and biases in all. */
  parameters: number;
  /** Its id in each layout, 0x…: of networks that come along, and of others once both were derived. */
  modelId?: { fast: string; chain: string };
}

/** What a network sees. */
export interface Execution {
  /** The address of the file, if it was one. */
  ipfsUri?: string;
  /** How viewers turn or mirror the file's picture (EXIF, 2 to 8). The network sees it as stored. */
  exifOrientation?: number;
  label: number;
  class: string;
  /** What the network computes: integers. */
  logits: number[];
  /** The logits as a softmax shows them; no part of any proof. */
  probabilities: number[];
  /** What the network sees: channel by channel, row by row. */
  pixels: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  channels: number;
}

/** What is done, in this order: `key` by the constructor of `Prover`, the rest for each proof. */
export type Stage = "key" | "witness" | "commit" | "lookups" | "sumcheck" | "opening" | "check";

/** Told of each stage before it begins; `index` counts from 0 to `count`, of `Stage`. `false` ends proving. */
export type OnStage = (stage: Stage, index: number, count: number) => boolean | void;

export interface ProveOptions {
  /** What the proof is to be bound to: 32 bytes, 0x…; zeros if not given. */
  context?: string | undefined;
  /** Whether the file shall be able to show which images it is about. */
  public?: boolean | undefined;
  onStage?: OnStage | undefined;
}

/** A new proof. */
export interface Proof {
  /** The `.zkp` file, as the command line writes and reads it. */
  file: Uint8Array<ArrayBuffer>;
  /** How long the proof itself is; the rest of the file is the statement. */
  proofBytes: number;
  modelId: string;
  context: string;
  labels: number[];
  classes: string[];
}

/** What a proof file claims. Nothing of it is verified. */
export interface Inspection {
  modelId: string;
  /** These three if the network is one that comes along. */
  model?: string;
  layout?: Layout;
  classes?: string[];
  labels: number[];
  context: string;
  images: number;
  /** Whether it can show which images it is about. */
  public: boolean;
  proofBytes: number;
}

/** What to trust: `network`, or the key file `key`, or else the networks that come along. */
export interface VerifyOptions {
  network?: Network | undefined;
  /** A `.zkk` file. It can call itself anything: compare its id with one that you trust. */
  key?: Uint8Array | undefined;
  /** The context that the proof has to be made for, 0x…; any, if not given. */
  context?: string | undefined;
}

export interface CompareOptions {
  network?: Network | undefined;
  key?: Uint8Array | undefined;
}

/** A claim that is true. */
export interface Verification {
  model: string;
  modelId: string;
  /** Why the id is believed to be that network's: it comes along, it was derived, or a key file says so. */
  knownBy: "shipped" | "model" | "key";
  labels: number[];
  classes: string[];
  context: string;
  /** Not known of a key file. */
  layout?: Layout;
}
