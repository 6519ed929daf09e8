/**
 * The shapes of the HTTP API: printed by "coagent-fcgi --print-types" from the schemas of its OpenAPI document
 * (fcgi/openapi/schemas.c). "make generated" writes this file anew.
 */

/**
 * A page of a keyset list.
 * @template T
 * @typedef {{items: T[], next: string | null}} Page
 */

/**
 * @typedef {object} Problem
 * @property {string} type
 * @property {string} title
 * @property {number} status
 * @property {string} detail
 * @property {string} instance
 * @property {FieldError[]} [errors]
 * @property {Record<string, any>} [current]
 */

/**
 * @typedef {object} FieldError
 * @property {string} field
 * @property {string} message
 */

/**
 * @typedef {object} Status
 * @property {"ok"} status
 * @property {boolean} authenticated
 * @property {string | null} csrf_token
 * @property {User | null} user
 * @property {boolean} registration_open
 * @property {boolean} setup_needed
 */

/**
 * @typedef {object} Health
 * @property {"ok" | "degraded"} status
 * @property {HealthParts} parts
 */

/**
 * @typedef {object} HealthParts
 * @property {"ok" | "away" | "outdated" | "full"} database
 * @property {"ok" | "away"} nchan
 */

/**
 * @typedef {object} User
 * @property {string} id
 * @property {string} email
 * @property {string} name
 * @property {string} handle
 * @property {"admin" | "user"} role
 * @property {string[]} permissions
 * @property {"system" | "light" | "dark"} theme
 * @property {boolean} disabled
 * @property {number} version
 * @property {string} created_at
 */

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {string} email
 * @property {string} name
 * @property {string} handle
 * @property {"admin" | "user"} role
 * @property {string[]} permissions
 * @property {"system" | "light" | "dark"} theme
 * @property {boolean} disabled
 * @property {number} version
 * @property {string} created_at
 * @property {Storage} storage
 * @property {number | null} storage_mb
 * @property {string[]} looks_like
 */

/**
 * @typedef {object} LogIn
 * @property {User} user
 * @property {string} csrf_token
 * @property {number} expires_in
 */

/**
 * @typedef {object} Tokens
 * @property {string} access_token
 * @property {"Bearer"} token_type
 * @property {number} expires_in
 * @property {string} refresh_token
 */

/**
 * @typedef {object} VerifiedToken
 * @property {boolean} valid
 * @property {User} user
 * @property {string | null} session_id
 * @property {string | null} expires_at
 */

/**
 * @typedef {object} Session
 * @property {string} id
 * @property {boolean} current
 * @property {string | null} address
 * @property {string} agent
 * @property {string} created_at
 * @property {string} last_seen_at
 * @property {string} expires_at
 */

/**
 * @typedef {object} ApiToken
 * @property {string} id
 * @property {string} name
 * @property {("read" | "write" | "admin")[]} scopes
 * @property {string | null} expires_at
 * @property {string | null} last_used_at
 * @property {string} created_at
 */

/**
 * @typedef {object} NewApiToken
 * @property {string} id
 * @property {string} name
 * @property {("read" | "write" | "admin")[]} scopes
 * @property {string | null} expires_at
 * @property {string | null} last_used_at
 * @property {string} created_at
 * @property {string} token
 */

/**
 * @typedef {object} Author
 * @property {string} id
 * @property {"user" | "agent"} kind
 * @property {string} name
 * @property {string} handle
 */

/**
 * @typedef {object} Audit
 * @property {number} id
 * @property {string} at
 * @property {Author | null} actor
 * @property {Author | null} on_behalf_of
 * @property {string} action
 * @property {"done" | "refused" | "failed"} outcome
 * @property {AuditObject | null} object
 * @property {string | null} request_id
 * @property {string | null} address
 * @property {string | null} run
 * @property {Record<string, any>} detail
 */

/**
 * @typedef {object} AuditObject
 * @property {string} kind
 * @property {string | null} id
 */

/**
 * @typedef {object} Room
 * @property {string} id
 * @property {string} name
 * @property {string} topic
 * @property {"private" | "public"} visibility
 * @property {boolean} archived
 * @property {"viewer" | "member" | "owner"} role
 * @property {boolean} member
 * @property {number} last_seq
 * @property {number} read_seq
 * @property {number} unread
 * @property {boolean} mentioned
 * @property {string} last_event_at
 * @property {number} version
 * @property {string} created_at
 */

/**
 * @typedef {object} Stopped
 * @property {number} stopped
 */

/**
 * @typedef {object} Member
 * @property {string} id
 * @property {"user" | "agent"} kind
 * @property {string} name
 * @property {string} handle
 * @property {"viewer" | "member" | "owner"} role
 * @property {"all" | "mentions" | "none"} notify
 * @property {string} created_at
 */

/**
 * @typedef {object} Event
 * @property {string} room
 * @property {number} seq
 * @property {string} kind
 * @property {Author | null} author
 * @property {string} at
 * @property {Record<string, any>} body
 * @property {number | null} reply_to
 * @property {number | null} target
 * @property {string | null} run
 */

/**
 * @typedef {object} EventList
 * @property {Event[]} items
 * @property {number} last_seq
 * @property {boolean} more
 * @property {LiveRun[]} live
 */

/**
 * @typedef {object} LiveRun
 * @property {string} run
 * @property {RunAgent} agent
 * @property {"queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | "timed_out" | "lost"} state
 * @property {number} trigger_seq
 * @property {string} text
 * @property {number} length
 */

/**
 * @typedef {object} ReadMarker
 * @property {string} room
 * @property {number | null} read_seq
 * @property {number} unread
 * @property {boolean} mentioned
 */

/**
 * @typedef {object} Agent
 * @property {string} id
 * @property {"chat" | "worker"} kind
 * @property {string} name
 * @property {string} handle
 * @property {AgentProvider | null} provider
 * @property {string} model
 * @property {string} prompt
 * @property {Record<string, any>} parameters
 * @property {number} context_tokens
 * @property {number} run_seconds
 * @property {"started" | "stopped"} state
 * @property {Author} owner
 * @property {number} rooms
 * @property {number} version
 * @property {string} created_at
 * @property {boolean} editable
 */

/**
 * @typedef {object} AgentProvider
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} Provider
 * @property {string} id
 * @property {string} name
 * @property {"openai" | "command"} kind
 * @property {string} [base_url]
 * @property {boolean} [has_key]
 * @property {string} default_model
 * @property {number} [price_prompt]
 * @property {number} [price_completion]
 * @property {number} [version]
 * @property {string} [created_at]
 */

/**
 * @typedef {object} Mapping
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {"private" | "team"} visibility
 * @property {Author} owner
 * @property {MappingEntry[]} entries
 * @property {MappingUse[]} used_by
 * @property {number} version
 * @property {string} created_at
 * @property {string} updated_at
 * @property {boolean} editable
 */

/**
 * @typedef {object} MappingEntry
 * @property {string} key
 * @property {boolean} secret
 * @property {string | null} [value]
 */

/**
 * @typedef {object} MappingUse
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} Script
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {"sh" | "python" | "node" | "playbook" | "terraform" | "aws"} kind
 * @property {"private" | "team"} visibility
 * @property {Author} owner
 * @property {number} latest
 * @property {string} [code]
 * @property {Record<string, any>} [parameters]
 * @property {boolean} network
 * @property {ScriptNetwork[]} networks
 * @property {"none" | "read" | "write"} api
 * @property {ScriptMapping | null} mapping
 * @property {Record<string, number>} limits
 * @property {string | null} label
 * @property {boolean} retriable
 * @property {number} version
 * @property {string} created_at
 * @property {string} updated_at
 * @property {boolean} editable
 * @property {number[]} [direction_lines]
 * @property {boolean} cache
 * @property {number | null} [cache_bytes]
 * @property {string | null} [cache_kept_at]
 * @property {LastRun | null} last_run
 * @property {Record<string, number>} [runner_limits]
 * @property {ScriptFile[]} [files]
 */

/**
 * @typedef {object} ScriptFile
 * @property {string} path
 * @property {number} size
 * @property {boolean} executable
 * @property {string} sha256
 */

/**
 * @typedef {object} ScriptVersion
 * @property {number} number
 * @property {Author} author
 * @property {string} note
 * @property {string} created_at
 * @property {number} size
 * @property {number} file_count
 * @property {number} file_bytes
 * @property {string} [code]
 * @property {Record<string, any>} [parameters]
 * @property {ScriptFile[]} [files]
 */

/**
 * @typedef {object} ScriptKind
 * @property {"sh" | "python" | "node" | "playbook" | "terraform" | "aws"} kind
 * @property {string} name
 * @property {string} interpreter
 * @property {boolean | null} installed
 * @property {string | null} version
 * @property {string} install
 */

/**
 * @typedef {object} ScriptMapping
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} ScriptNetwork
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} Network
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {boolean} grantable
 * @property {string[]} [destinations]
 * @property {Author[]} [people]
 * @property {number} [scripts]
 * @property {number} [version]
 * @property {string} [created_at]
 */

/**
 * @typedef {object} LastRun
 * @property {string} id
 * @property {"queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | "timed_out" | "lost"} state
 * @property {string} queued_at
 */

/**
 * @typedef {object} QueuedRun
 * @property {Run} run
 */

/**
 * @typedef {object} Run
 * @property {string} id
 * @property {"script" | "workflow" | "agent" | "worker" | "housekeeping"} kind
 * @property {"queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | "timed_out" | "lost"} state
 * @property {string} name
 * @property {RunScript | null} script
 * @property {RunAgent | null} agent
 * @property {string | null} room
 * @property {string | null} room_name
 * @property {Author | null} asked_by
 * @property {"api" | "ui" | "room" | "job" | "mcp" | "agent" | "workflow"} via
 * @property {RunMapping | null} mapping
 * @property {boolean} dry_run
 * @property {"none" | "read" | "write"} api
 * @property {boolean} network
 * @property {string[]} networks
 * @property {number} attempt
 * @property {string | null} reason
 * @property {"exit" | "signal" | "memory" | "cpu_time" | "wall_time" | "output" | "processes" | "disk" | "cancelled" | "start" | "lost" | null} ended_by
 * @property {number | null} exit_code
 * @property {number | null} signal
 * @property {Record<string, any>} usage
 * @property {RunBytes} output
 * @property {string | null} host
 * @property {string | null} parent
 * @property {string | null} retry_of
 * @property {number | null} trigger_seq
 * @property {boolean} cancel_requested
 * @property {"viewer" | "member" | "owner"} role
 * @property {string} queued_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 * @property {Record<string, any>} parameters
 * @property {Record<string, number>} limits
 * @property {RunFile[]} files
 * @property {string | null} text
 * @property {any | null} result
 */

/**
 * @typedef {object} RunItem
 * @property {string} id
 * @property {"script" | "workflow" | "agent" | "worker" | "housekeeping"} kind
 * @property {"queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | "timed_out" | "lost"} state
 * @property {string} name
 * @property {RunScript | null} script
 * @property {RunAgent | null} agent
 * @property {string | null} room
 * @property {string | null} room_name
 * @property {Author | null} asked_by
 * @property {"api" | "ui" | "room" | "job" | "mcp" | "agent" | "workflow"} via
 * @property {RunMapping | null} mapping
 * @property {boolean} dry_run
 * @property {"none" | "read" | "write"} api
 * @property {boolean} network
 * @property {string[]} networks
 * @property {number} attempt
 * @property {string | null} reason
 * @property {"exit" | "signal" | "memory" | "cpu_time" | "wall_time" | "output" | "processes" | "disk" | "cancelled" | "start" | "lost" | null} ended_by
 * @property {number | null} exit_code
 * @property {number | null} signal
 * @property {Record<string, any>} usage
 * @property {RunBytes} output
 * @property {string | null} host
 * @property {string | null} parent
 * @property {string | null} retry_of
 * @property {number | null} trigger_seq
 * @property {boolean} cancel_requested
 * @property {"viewer" | "member" | "owner"} role
 * @property {string} queued_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 */

/**
 * @typedef {object} RunOutput
 * @property {string} run
 * @property {"queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled" | "timed_out" | "lost"} state
 * @property {number} offset
 * @property {number} next
 * @property {number} bytes
 * @property {boolean} truncated
 * @property {boolean} removed
 * @property {boolean} more
 * @property {RunChunk[]} chunks
 */

/**
 * @typedef {object} RunPlace
 * @property {number | null} offset
 * @property {number} next
 * @property {boolean} more
 * @property {number} bytes
 */

/**
 * @typedef {object} RunChunk
 * @property {number} offset
 * @property {"stdout" | "stderr" | "text" | "note"} stream
 * @property {string} at
 * @property {string} text
 */

/**
 * @typedef {object} RunFile
 * @property {string} id
 * @property {string} path
 * @property {number} size
 * @property {string} media_type
 */

/**
 * @typedef {object} RunBytes
 * @property {number} bytes
 * @property {boolean} truncated
 */

/**
 * @typedef {object} RunScript
 * @property {string} id
 * @property {string} name
 * @property {"sh" | "python" | "node" | "playbook" | "terraform" | "aws"} kind
 * @property {number} version
 */

/**
 * @typedef {object} RunMapping
 * @property {string} id
 * @property {string} name
 */

/**
 * @typedef {object} FirstSteps
 * @property {boolean} people
 * @property {boolean} model
 * @property {boolean} run
 * @property {boolean} audit
 * @property {boolean} hidden
 */

/**
 * @typedef {object} Settings
 * @property {number} run_retention_days
 * @property {number} run_output_retention_days
 * @property {number} user_storage_mb
 * @property {string} python_index_url
 * @property {string} npm_registry_url
 * @property {string} galaxy_server_url
 * @property {string} terraform_mirror_url
 * @property {number} version
 */

/**
 * @typedef {object} Storage
 * @property {number} used_bytes
 * @property {number | null} quota_bytes
 */

/**
 * @typedef {object} RunAgent
 * @property {string} id
 * @property {string} name
 * @property {string} handle
 */

export {};
