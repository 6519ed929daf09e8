/** Which states are not the last one. Pure. */
const LIVE = new Set(["queued", "running", "waiting"]);

/** @param {{state: string} | null | undefined} run */
export const isLive = (run) => Boolean(run && LIVE.has(run.state));
