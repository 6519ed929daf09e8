/** Which states are the last one. Pure. */
import { RUN_STATES } from "../words.js";

/** @param {string} state */
export const isOver = (state) => Boolean(RUN_STATES[state]?.over);

/** @param {{state: string} | null | undefined} run */
export const isLive = (run) => Boolean(run && RUN_STATES[run.state]?.over === false);
