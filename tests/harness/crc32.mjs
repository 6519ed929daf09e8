// Debian 12's Node 18 has no zlib.crc32, which aimock imports. A loader that adds it: node --experimental-loader.
const source = `
export * from "node:zlib";
const table = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
});
export function crc32(data, value = 0) {
    let crc = ~value;
    for (const byte of Buffer.from(data)) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    return ~crc >>> 0;
}`;

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
    if (specifier === "node:zlib" && context.parentURL?.includes("/@copilotkit/aimock/"))
        return { url: "data:text/javascript," + encodeURIComponent(source), shortCircuit: true };
    return next(specifier, context);
}
