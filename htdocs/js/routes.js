/** The pages. One row has all there is to know of a page: its address, what draws it, its title, and how the rail, the
 * palette and the keyboard lead to it. */
import { Users } from "./account/list-page.js";
import { Profile } from "./account/profile-page.js";
import { Agents } from "./agent/list-page.js";
import { Agent } from "./agent/page.js";
import { Audit } from "./audit/list-page.js";
import { Mappings } from "./mapping/list-page.js";
import { Mapping } from "./mapping/page.js";
import { Networks } from "./network/list-page.js";
import { Providers } from "./provider/list-page.js";
import { Rooms } from "./room/list-page.js";
import { RoomView } from "./room/page.js";
import { match } from "./router.js";
import { Runs } from "./run/list-page.js";
import { RunView } from "./run/page.js";
import { Scripts } from "./script/list-page.js";
import { Script } from "./script/page.js";
import { may } from "./session.js";
import { Settings } from "./settings/page.js";
import { Styleguide } from "./styleguide/page.js";

/**
 * @typedef {object} Route
 * @property {string} path ":id" stands for any part; the page gets it, and its title
 * @property {any} page
 * @property {string} title
 * @property {string} [icon] the palette leads there
 * @property {boolean} [rail] the rail leads there, below "Studio"
 * @property {string} [key] the keyboard leads there: g, then this
 * @property {string} [permission] without it the page is not there
 */

/** @type {Route[]} in the order in which rail and palette show them */
export const ROUTES = [
    { path: "/", page: Rooms, title: "Rooms" },
    { path: "/rooms", page: Rooms, title: "Rooms", icon: "rooms", key: "r" },
    { path: "/rooms/:id", page: RoomView, title: "Room" },
    { path: "/agents", page: Agents, title: "Agents", icon: "agents", rail: true, key: "a" },
    { path: "/agents/:id", page: Agent, title: "Agent" },
    { path: "/scripts", page: Scripts, title: "Scripts", icon: "script", rail: true, key: "s" },
    { path: "/scripts/:id", page: Script, title: "Script" },
    { path: "/runs", page: Runs, title: "Runs", icon: "runs", rail: true, key: "h" },
    { path: "/runs/:id", page: RunView, title: "Run" },
    { path: "/mappings", page: Mappings, title: "Mappings", icon: "mapping", rail: true, key: "m" },
    { path: "/mappings/:id", page: Mapping, title: "Mapping" },
    { path: "/providers", page: Providers, title: "Providers", icon: "provider", rail: true },
    { path: "/networks", page: Networks, title: "Networks", icon: "globe", rail: true, permission: "settings.manage" },
    { path: "/users", page: Users, title: "Users", icon: "users", rail: true, key: "u", permission: "users.manage" },
    { path: "/audit", page: Audit, title: "Audit", icon: "audit", rail: true, permission: "audit.read" },
    { path: "/settings", page: Settings, title: "Settings", icon: "settings", rail: true, permission: "settings.manage" },
    { path: "/profile", page: Profile, title: "Profile", icon: "settings", key: "p" },
    { path: "/styleguide", page: Styleguide, title: "Style guide" },
];

/** The rows that this user may open. */
export const openRoutes = () => ROUTES.filter(({ permission }) => !permission || may(permission));

/** The row of an address and the values in it, or null. @param {string} path */
export function routeOf(path) {
    for (const route of openRoutes()) {
        const values = match(route.path, path);
        if (values) {
            return { route, values };
        }
    }
    return null;
}
