// Rooms with people in them.
import { assertNoProblems, openRoom, openWindow } from "./browser.js";
import { newPerson, newRoom } from "./people.js";

/** Two people and their windows, both in the room. @param {import("playwright-core").Browser} browser @param {string} name */
export async function together(browser, name) {
    const [ada, bob] = [await newPerson("Ada"), await newPerson("Bob")];
    const room = await newRoom(ada, name, [bob]);
    const [left, right] = [await openWindow(browser, ada), await openWindow(browser, bob)];
    await Promise.all([openRoom(left.page, room), openRoom(right.page, room)]);
    const end = async () => {
        assertNoProblems([...left.problems, ...right.problems]);
        await Promise.all([left.context.close(), right.context.close()]);
    };
    return { ada, bob, room, left: left.page, right: right.page, end };
}
