// A TCP relay before the studio, for networks that lose connections without closing them.
import net from "node:net";
import { studio } from "./studio.js";

/** The end of the answer to a handshake. */
const HEAD_END = "\r\n\r\n";

/**
 * freeze: nothing is forwarded any more, on open connections or on new ones, and none is closed. thaw: new connections work
 * again. mute: WebSockets are opened, and bring nothing after the handshake.
 */
export async function startRelay() {
    const { hostname, port } = new URL(studio().url);
    /** @type {Set<net.Socket>} */
    const sockets = new Set();
    let frozen = false;
    let muted = false;
    const server = net.createServer((left) => {
        sockets.add(left);
        left.on("error", () => {});
        if (frozen) {
            return;
        }
        const right = net.connect(Number(port), hostname);
        let live = false;
        let open = false;
        sockets.add(right);
        left.on("data", (bytes) => {
            live ||= bytes.toString("latin1").startsWith("GET /ws/live");
            right.write(bytes);
        });
        right.on("data", (bytes) => {
            if (!(muted && live && open)) {
                left.write(muted && live ? bytes.subarray(0, bytes.indexOf(HEAD_END) + HEAD_END.length) : bytes);
            }
            open = true;
        });
        right.on("error", () => left.destroy());
        left.on("close", () => right.destroy());
        right.on("close", () => left.end());
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", () => done(null)));
    const { port: own } = /** @type {net.AddressInfo} */ (server.address());
    return {
        url: `http://127.0.0.1:${own}`,
        freeze() {
            frozen = true;
            sockets.forEach((socket) => socket.pause());
        },
        thaw() {
            frozen = false;
        },
        mute() {
            muted = true;
        },
        stop() {
            sockets.forEach((socket) => socket.destroy());
            return new Promise((done) => server.close(done));
        },
    };
}
