/** The `name` of the errors that are thrown; their `message` has one or two sentences for people. */
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
  /** The width of the network's input, in pixels. */
  width: number;
  height: number;
  /** 1: grey; 3: red, green and blue. */
  channels: number;
  /** How many weights and biases it has in all. */
  parameters: number;
  /** Its id in each layout, 0x…: known for networks that come with the package, and for others once both were derived. */
  modelId?: { fast: string; chain: string };
}

/** The label of an image, with the logits it comes from. */
export interface Execution {
  /** The IPFS address of the image file, if a file was given. */
  ipfsUri?: string;
  /** How viewers turn or mirror the file's picture (EXIF, 2 to 8), if the network sees it as stored. */
  exifOrientation?: number;
  label: number;
  class: string;
  /** One integer per class. */
  logits: number[];
  /** The softmax of the logits. No proof says anything of it. */
  probabilities: number[];
  /** The input of the network: channel by channel, row by row. */
  pixels: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
  channels: number;
}

/** The stages, in order: `key` in the constructor of `Prover`, the rest for each proof. */
export type Stage = "key" | "witness" | "commit" | "lookups" | "sumcheck" | "opening" | "check";

/** Called before each stage; `index` is its position among all `count` stages, from 0. Return `false` to stop proving. */
export type OnStage = (stage: Stage, index: number, count: number) => boolean | void;

export interface ProveOptions {
  /** The 32 bytes that the proof is bound to, 0x…; zeros if not given. */
  context?: string | undefined;
  /** Whether the file can show which images it is about. Then it hides nothing from someone who guesses an image. */
  public?: boolean | undefined;
  onStage?: OnStage | undefined;
}

/** A new proof. */
export interface Proof {
  /** The `.zkp` file, as the command line writes and reads it. */
  file: Uint8Array<ArrayBuffer>;
  /** The length of the proof itself in bytes; the rest of the file is the statement and the opening. */
  proofBytes: number;
  modelId: string;
  context: string;
  labels: number[];
  classes: string[];
}

/** The claim of a proof file. Nothing of it is verified. */
export interface Inspection {
  modelId: string;
  /** This and the next two are known if the network comes with the package. */
  model?: string;
  layout?: Layout;
  classes?: string[];
  labels: number[];
  context: string;
  images: number;
  /** Whether the file can show which images it is about. */
  public: boolean;
  proofBytes: number;
}

/** Which network to trust: `network`, or that of the key file `key`, or else those that come with the package. */
export interface VerifyOptions {
  network?: Network | undefined;
  /** A `.zkk` file. It can claim any name: compare its id with one that you trust. */
  key?: Uint8Array | undefined;
  /** The context that the proof must be made for, 0x…; any context, if not given. */
  context?: string | undefined;
}

export interface CompareOptions {
  network?: Network | undefined;
  key?: Uint8Array | undefined;
}

/** The statement of a true proof. */
export interface Verification {
  model: string;
  modelId: string;
  /** Why the id is believed to be that network's: it comes with the package, it was derived, or a key file says so. */
  knownBy: "shipped" | "model" | "key";
  labels: number[];
  classes: string[];
  context: string;
  /** Absent with a key file, which does not say it. */
  layout?: Layout;
}
