/** Hands the frames of the live connection to whoever keeps that state. */
import { checkUpdate } from "./frame/update.js";
import { catchUpAll, logOf } from "./room/log/logs.js";
import { noteArrival, resendUnheard } from "./room/log/outbox.js";
import { loadMembers } from "./room/members.js";
import { rooms, loadRooms, noteAlive, noteEvent, noteHeartbeat } from "./room/rooms.js";
import { startSocket } from "./socket.js";

let opened = 0;

export const startLive = () => startSocket({ frame: take, open: recover });

/** @param {any} frame */
function take(frame) {
    if (frame.delta) {
        noteAlive(frame.delta.room, true);
        logOf(frame.delta.room)?.takeDelta(frame.delta);
    } else if (frame.run) {
        if (frame.run.agent) {
            noteAlive(frame.run.room, frame.run.state === "running");
        }
        logOf(frame.run.room)?.takeRun(frame.run);
    } else if (frame.personal) {
        loadRooms();
    } else if (frame.kind) {
        takeEvent(frame);
    } else if (frame.seq) {
        noteHeartbeat(frame.room, frame.seq);
        logOf(frame.room)?.takeHeartbeat(frame.seq);
    }
}

/** @param {import("./types.js").Event} event */
function takeEvent(event) {
    noteEvent(event);
    logOf(event.room)?.takeEvent(event);
    if (event.kind === "message") {
        noteArrival(event);
    } else if (event.kind === "member" && logOf(event.room)) {
        loadMembers(event.room);
    }
}

function recover() {
    if (opened++ > 0) {
        checkUpdate();
    }
    if (rooms.get().state !== "idle") {
        loadRooms();
    }
    catchUpAll();
    resendUnheard();
}
