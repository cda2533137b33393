/** Runs one job at a time. Of the jobs that arrive while one runs, it keeps only the newest. */
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
