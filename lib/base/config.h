/* Settings: built-in defaults, then a file of KEY=VALUE lines, then the environment.
 * The file is the one named by COAGENT_CONFIG, else /etc/coagent/coagent.conf when it exists. */
#ifndef COAGENT_CONFIG_H
#define COAGENT_CONFIG_H

#include "outcome.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

struct config {
    char *secret_key;          /* SECRET_KEY, or JWT_SECRET_KEY; at least 32 bytes, no known default */
    char *secret_key_previous; /* SECRET_KEY_PREVIOUS: still verifies and unseals after a rotation; or NULL */
    char *database_url;        /* DATABASE_URL: role coagent_app */
    char *database_owner_url;  /* DATABASE_OWNER_URL: role coagent, for coagentctl migrate; or NULL */
    char *environment;         /* ENVIRONMENT: "development" or "production" */
    char *public_url;          /* PUBLIC_URL: as browsers see the site, no slash at the end; or "" */
    char **cors_origins;       /* BACKEND_CORS_ORIGINS or CORS_ORIGINS: JSON list or comma-separated; NULL-terminated */
    bool cookie_secure;        /* COOKIE_SECURE, default: true in production */
    char cookie_suffix[10];    /* "_" and eight digits, from secret_key: of the cookies that only this studio reads */
    char *cookie_samesite;     /* COOKIE_SAMESITE: Lax (default), Strict or None */
    int access_token_minutes;  /* ACCESS_TOKEN_EXPIRE_MINUTES, default 30 */
    int refresh_token_days;    /* REFRESH_TOKEN_EXPIRE_DAYS, default 7 */
    int cleanup_interval_seconds; /* CLEANUP_INTERVAL_SECONDS, default 3600 */
    int bcrypt_cost;              /* BCRYPT_COST, default 12, 4 to 16 */
    bool registration_open;       /* REGISTRATION_OPEN, default false */
    bool tool_logging;            /* ENABLE_TOOL_LOGGING, default true */
    char *pool_socket;            /* POOL_SOCKET: unix socket of the pool */
    char *pool_wait_socket;       /* POOL_WAIT_SOCKET: unix socket of the pool whose routes may wait */
    int pool_slots;               /* POOL_SLOTS, default 8 */
    int pool_wait_slots;          /* POOL_WAIT_SLOTS, default 4 */
    int request_seconds;          /* REQUEST_SECONDS: wall-clock limit of a child, default 30 */
    char *nchan_socket;           /* NCHAN_SOCKET: unix socket where nchan accepts publications */
    char *api_socket;             /* API_SOCKET: unix socket where the same nginx serves the API to runs */
    char *runner_lock;            /* RUNNER_LOCK: file whose locks decide which runner of this host is at work */
    int executor_limit;    /* EXECUTOR_LIMIT: runs of scripts at once on this host, and as many answers; default 16 */
    char *runner_labels;   /* RUNNER_LABELS: comma-separated; runs that ask for one go where it is; or "" */
    int sandbox_memory_mb; /* SANDBOX_MEMORY_MB and so on: the most that a run may use; scripts ask for less */
    int sandbox_cpu_seconds;
    int sandbox_wall_seconds;
    int sandbox_processes;     /* and threads */
    int sandbox_disk_mb;       /* of its work folder and /tmp, which are in memory */
    int sandbox_open_files;    /* of each process */
    int run_output_mb;         /* RUN_OUTPUT_MB: output that is kept of a run; with ten times as much it is ended */
    int run_artifact_mb;       /* RUN_ARTIFACT_MB: files that are kept of a run, together */
    char *state_dir;           /* STATE_DIR: folder of what the runner of this host keeps, such as installed packages */
    int dependencies_mb;       /* DEPENDENCIES_MB: the packages of a script, in memory while they are installed */
    int dependencies_seconds;  /* DEPENDENCIES_SECONDS: for an installation */
    int dependencies_days;     /* DEPENDENCIES_DAYS: packages that no run has used for so long are removed */
    int dependencies_store_mb; /* DEPENDENCIES_STORE_MB: all packages that are kept on this host */
    int cache_mb;              /* CACHE_MB: the cache folder of a script, each */
    int cache_store_mb;        /* CACHE_STORE_MB: those of all scripts on this host */
    int cache_days;            /* CACHE_DAYS: one that no run has used for so long is removed */
    char *ssl_certfile;        /* SSL_CERTFILE: the site's certificate chain in PEM; or NULL */
    char *ssl_keyfile;         /* SSL_KEYFILE: its private key; or NULL */
    int login_rate;            /* LOGIN_RATE: logins per second and address, for the nginx of ./studio */
    int login_burst;           /* LOGIN_BURST: how many more may come at once, for the same */
    int request_rate;     /* REQUEST_RATE, REQUEST_BURST, CONNECTION_LIMIT, SOCKET_LIMIT: requests per second and */
    int request_burst;    /* address, how many more may come at once, how many may be in progress, and how many live */
    int connection_limit; /* connections; for the same */
    int socket_limit;
    char *login_exempt;     /* LOGIN_EXEMPT: addresses without a limit, for the same; or NULL */
    char *trusted_proxies;  /* TRUSTED_PROXIES: networks of reverse proxies, with commas and no blanks; or "" */
    char *restart_command;  /* RESTART_COMMAND: starts every part of this installation again; or NULL */
    int model_idle_seconds; /* MODEL_IDLE_SECONDS: an answer that makes no progress for so long is given up */
    char *openai_base_url;  /* OPENAI_BASE_URL, seeds a first provider; or NULL */
    char *openai_model;     /* OPENAI_MODEL: the model asked there; NULL: the first that it offers */
    char *openai_api_key;   /* OPENAI_API_KEY; or NULL */
};

/* Reads and checks the settings. INVALID: why says which key is wrong and what to do, one per line.
 * The result is freed with config_free, which wipes the secrets. */
enum outcome config_load(struct config *config, struct text *why);

/* The same from a given file (NULL: none) and environment, for tests. */
enum outcome config_load_from(struct config *config, const char *file, char *const environment[], struct text *why);

void config_free(struct config *config);

/* The file that config_load reads; NULL when there is none. Owned by the environment, or static. */
const char *config_path(void);

#endif
