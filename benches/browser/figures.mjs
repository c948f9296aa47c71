// What is said of many values.

export function quantile(values, part) {
  if (values.length === 0) return null;
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(part * ordered.length))];
}

export function median(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return null;
  const ordered = [...known].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/** The median of each key over several runs. */
export function medians(runs) {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(keys.map((key) => [key, median(runs.map((run) => run[key]))]));
}

/** A frame longer than this is seen as a stumble. */
const FRAME_MS = 32;

/** What `watchFrames` noted. */
export function frames({ gaps, tasks, elements }) {
  return {
    elements,
    frames: gaps.length,
    p50: rounded(quantile(gaps, 0.5)),
    p99: rounded(quantile(gaps, 0.99)),
    longest: rounded(Math.max(0, ...gaps)),
    over_32_ms: gaps.filter((gap) => gap > FRAME_MS + 1).length,
    ten_longest: [...gaps].sort((a, b) => b - a).slice(0, 10).map((gap) => rounded(gap)),
    long_tasks: tasks.length,
    longest_task: rounded(Math.max(0, ...tasks), 0),
  };
}

export const rounded = (value, digits = 1) =>
  value === null || value === undefined ? null : Number(value.toFixed(digits));
