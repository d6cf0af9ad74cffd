/** What work costs, whatever else the machine does meanwhile. */

/** The milliseconds of processor time that this thread spends on synchronous work. Time in which others run does not count. */
export function cpuMsOf(work: () => void): number {
  const begun = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(begun);
  return (user + system) / 1000;
}
