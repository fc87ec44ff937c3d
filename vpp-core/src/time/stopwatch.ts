/**
 * Milliseconds of the machine since some moment, with all the digits there are: for measuring how long something takes,
 * never for what time it is. Leaves no garbage behind, so measuring does not disturb what is measured.
 */
export function stopwatchMs(): number {
  return performance.now();
}
