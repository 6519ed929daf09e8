/**
 * The shapes of the HTTP API, as the views use them.
 *
 * @typedef {{id: string, email: string, name: string, handle: string, role: "admin" | "user", permissions: string[],
 *   theme: string, disabled: boolean, version: number, created_at: string}} User
 * @typedef {{id: string, kind: "user" | "agent", name: string, handle: string}} Principal
 * @typedef {{id: string, name: string, topic: string, visibility: "private" | "public", archived: boolean,
 *   role: "owner" | "member" | "viewer", member: boolean, last_seq: number, read_seq: number, unread: number,
 *   mentioned: boolean, last_event_at: string, version: number, created_at: string}} Room
 * @typedef {Principal & {role: "owner" | "member" | "viewer", notify: string, created_at: string}} Member
 * @typedef {{room: string, seq: number, kind: string, author: Principal | null, at: string, body: any,
 *   reply_to: number | null, target: number | null, run: string | null}} RoomEvent
 * @typedef {{run: string, agent: Principal, state: string, trigger_seq: number | null, text: string,
 *   length: number}} LiveRun
 * @typedef {{id: string, kind: string, state: string, name: string, agent: Principal | null, room: string | null,
 *   script: {id: string, name: string, kind: string, version: number} | null, room_name?: string | null,
 *   asked_by: Principal | null, via: string, mapping: {id: string, name: string} | null, parameters?: Record<string, any>,
 *   dry_run: boolean, network: boolean, limits?: Record<string, number>, trigger_seq: number | null, attempt: number,
 *   reason: string | null, ended_by: string | null, exit_code: number | null, signal: number | null, text?: string | null,
 *   result?: any, usage: any, output: {bytes: number, truncated: boolean}, host: string | null, retry_of: string | null,
 *   files?: {id: string, path: string, size: number, media_type: string}[], cancel_requested: boolean,
 *   role: "viewer" | "member" | "owner", queued_at: string, started_at: string | null, finished_at: string | null}} Run
 * @typedef {{id: string, kind: string, name: string, handle: string, provider: {id: string, name: string} | null,
 *   model: string, prompt: string, parameters: Record<string, number>, context_tokens: number, run_seconds: number,
 *   state: "started" | "stopped", owner: Principal, rooms: number, version: number, created_at: string,
 *   editable: boolean}} Agent
 * @typedef {{id: string, name: string, kind: "openai" | "command", base_url: string, has_key: boolean,
 *   default_model: string, price_prompt: number, price_completion: number, version: number,
 *   created_at: string}} Provider
 * @typedef {{id: string, name: string, description: string, kind: string, visibility: "private" | "team", owner: Principal,
 *   latest: number, code: string, parameters: any, network: boolean, mapping: {id: string, name: string} | null,
 *   limits: Record<string, number>, label: string | null, retriable: boolean, version: number, created_at: string,
 *   updated_at: string, editable: boolean, last_run: {id: string, state: string, queued_at: string} | null}} Script
 * @typedef {{id: string, name: string, description: string, visibility: "private" | "team", owner: Principal,
 *   entries: {key: string, secret: boolean, value?: string | null}[], used_by: {id: string, name: string}[],
 *   version: number, created_at: string, updated_at: string, editable: boolean}} Mapping
 * @typedef {{id: string, current: boolean, address: string | null, agent: string, created_at: string,
 *   last_seen_at: string, expires_at: string}} Session
 * @typedef {{id: string, name: string, scopes: string[], expires_at: string | null, last_used_at: string | null,
 *   created_at: string, token?: string}} ApiToken
 */

/**
 * A page of a keyset list.
 * @template T
 * @typedef {{items: T[], next: string | null}} Page
 */

export {};
