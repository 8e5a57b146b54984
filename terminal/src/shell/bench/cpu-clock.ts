/** CPU time of this process so far, ms: what a speed should be measured in where other work runs beside. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
