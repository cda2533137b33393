import type { Execution } from "../engine/messages.ts";

/** The subject of a proof: pictures as a network takes them, and its answers. */
export interface Subject {
  readonly network: string;
  readonly executions: readonly Execution[];
}

/** A source of pictures: drawing, samples or a file. */
export interface Source {
  /** Undefined while there is no picture. */
  readonly subject: Subject | undefined;
  /** Whether the picture must not change, because a proof about it is being made. */
  lock(isLocked: boolean): void;
}
