import type { Execution } from "../engine/messages.ts";

/** What can be proved: pictures as a network takes them, and what it makes of them. */
export interface Subject {
  readonly network: string;
  readonly executions: readonly Execution[];
}

/** One of the ways to a picture. */
export interface Source {
  /** Undefined while there is no picture. */
  readonly subject: Subject | undefined;
  /** While a proof is made its picture stays as it is. */
  lock(isLocked: boolean): void;
}
