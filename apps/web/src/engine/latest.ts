/** Runs the newest job only: of those that come while one runs, all but the last are dropped. */
export function latest<T>(work: (job: T) => Promise<void>): (job: T) => void {
  let waiting: { readonly job: T } | undefined;
  let isRunning = false;
  const run = async (): Promise<void> => {
    isRunning = true;
    while (waiting !== undefined) {
      const { job } = waiting;
      waiting = undefined;
      await work(job);
    }
    isRunning = false;
  };
  return (job) => {
    waiting = { job };
    if (!isRunning) void run();
  };
}
