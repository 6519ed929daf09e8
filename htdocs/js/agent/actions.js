/** The actions for an agent, wherever it is shown. */
import { post } from "../api.js";
import { keep } from "../keep.js";
import { attempt } from "../parts/toast.js";
import { loadRooms, rooms } from "../room/rooms.js";
import { go } from "../router.js";
import { me } from "../session.js";

/** Menu items to start, stop and restart. @param {import("../types.js").Agent} agent @param {(agent: import("../types.js").Agent) => void} onChange */
export function agentActions(agent, onChange) {
    const ask = (/** @type {string} */ action, /** @type {string} */ done) => () =>
        attempt(async () => onChange(await post(`/agents/${agent.id}/${action}`)), `${agent.name} ${done}`);
    if (!agent.editable) {
        return [];
    }
    return agent.state === "started"
        ? [null, { text: "Restart", icon: "refresh", onSelect: ask("restart", "was restarted") },
            { text: "Stop", icon: "stop", onSelect: ask("stop", "was stopped") }]
        : [null, { text: "Start", icon: "start", onSelect: ask("start", "was started") }];
}

/** Opens a private room of its own for the agent and the caller, with its mention written already. @param {import("../types.js").Agent} agent */
export function tryAgent(agent) {
    return attempt(async () => {
        const name = `Try ${agent.name}`.slice(0, 80);
        const known = rooms.get().items.find((room) => room.name === name && room.role === "owner" && !room.archived);
        const room = known || (await post("/rooms", { name, topic: `A private room to try @${agent.handle}.`, visibility: "private" }));
        await post(`/rooms/${room.id}/members`, { id: agent.id, role: "member" }).catch((problem) => {
            if (problem.status !== 409) {
                throw problem;
            }
        });
        await loadRooms();
        keep(`draft.${me().id}.${room.id}`, `@${agent.handle} `);
        go(`/rooms/${room.id}`);
    });
}
