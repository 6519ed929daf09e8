# shellcheck shell=bash
# coagent.conf: written anew at each "up"; the secrets in it are made once.

# Settings that "up" takes over from its environment.
passed_settings=(
    SECRET_KEY SECRET_KEY_PREVIOUS ENVIRONMENT BACKEND_CORS_ORIGINS CORS_ORIGINS COOKIE_SECURE COOKIE_SAMESITE
    ACCESS_TOKEN_EXPIRE_MINUTES REFRESH_TOKEN_EXPIRE_DAYS CLEANUP_INTERVAL_SECONDS BCRYPT_COST REGISTRATION_OPEN
    ENABLE_TOOL_LOGGING POOL_SLOTS POOL_WAIT_SLOTS REQUEST_SECONDS EXECUTOR_LIMIT RUNNER_LABELS
    MODEL_IDLE_SECONDS
    SANDBOX_MEMORY_MB SANDBOX_CPU_SECONDS SANDBOX_WALL_SECONDS SANDBOX_PROCESSES SANDBOX_DISK_MB SANDBOX_OPEN_FILES
    RUN_OUTPUT_MB RUN_ARTIFACT_MB DEPENDENCIES_MB DEPENDENCIES_SECONDS DEPENDENCIES_DAYS DEPENDENCIES_STORE_MB
    CACHE_MB CACHE_STORE_MB CACHE_DAYS OPENAI_BASE_URL OPENAI_API_KEY
    OPENAI_MODEL SSL_CERTFILE SSL_KEYFILE LOGIN_RATE LOGIN_BURST LOGIN_EXEMPT
    REQUEST_RATE REQUEST_BURST CONNECTION_LIMIT SOCKET_LIMIT TRUSTED_PROXIES
)
# Programs read them from the file; in their environment they would be one more place to read them.
export -n SECRET_KEY SECRET_KEY_PREVIOUS OPENAI_API_KEY

# kept_secret NAME BYTES: hexadecimal, made at its first use, then always the same.
kept_secret() {
    local file=$data/conf/$1
    if [ ! -s "$file" ]; then
        (umask 077 && od -An -v -tx1 -N"$2" /dev/urandom | tr -d ' \n' >"$file")
    fi
    cat "$file"
}

# A model server on its usual loopback port, for the first provider.
find_model_server() {
    [ -z "${OPENAI_BASE_URL:-}${OPENAI_API_KEY:-}" ] || return 0
    if curl -fsS -m 1 -o /dev/null http://127.0.0.1:11434/api/version 2>/dev/null; then
        OPENAI_BASE_URL=http://127.0.0.1:11434/v1
    elif [ "$port" != 8080 ] && curl -fsS -m 1 http://127.0.0.1:8080/props 2>/dev/null | grep -q default_generation_settings; then
        OPENAI_BASE_URL=http://127.0.0.1:8080/v1
    fi
}

name_addresses() {
    url=http://127.0.0.1:$port
    [ ! -f "$data/conf/nginx/tls.conf" ] || url=https://127.0.0.1:$port
    database_owner_url="postgresql://coagent@/coagent?host=$data/run"
    admin_email=admin@example.com
    admin_password=$(kept_secret admin-password 9)
}

settings_text() {
    local name cores
    cores=$(nproc)
    [ "${url%%:*}" = http ] || : "${COOKIE_SECURE:=true}"
    cat <<TEXT
# Made by ./studio up, from its environment; changes here are lost at the next one.
ENVIRONMENT=development
PUBLIC_URL=$url
RESTART_COMMAND=$(printf '%q restart --state %q' "$checkout/studio" "$state")
SECRET_KEY=$(kept_secret secret-key 32)
DATABASE_URL=postgresql://coagent_app@/coagent?host=$data/run
DATABASE_OWNER_URL=$database_owner_url
POOL_SOCKET=$data/run/pool.sock
POOL_WAIT_SOCKET=$data/run/wait.sock
NCHAN_SOCKET=$data/run/nchan-publish.sock
API_SOCKET=$data/run/nchan-api.sock
RUNNER_LOCK=$data/run/runner.lock
STATE_DIR=$data/store
POOL_SLOTS=$((cores * 4 < 8 ? 8 : cores * 4))
POOL_WAIT_SLOTS=$((cores * 2 < 6 ? 6 : cores * 2))
TEXT
    for name in "${passed_settings[@]}"; do
        [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
}

# The keys that coagentctl rotate-key has written: with those from before, nothing that is sealed could be read.
keep_rotated_keys() {
    local name value
    [ -f "$data/conf/coagent.conf" ] || return 0
    for name in SECRET_KEY SECRET_KEY_PREVIOUS; do
        value=$(sed -n "s/^$name=//p" "$data/conf/coagent.conf" | tail -n 1)
        [ -z "$value" ] || declare -g "$name=${!name:-$value}"
    done
}

write_settings() {
    local file=$data/conf/coagent.conf
    keep_rotated_keys
    find_model_server
    (umask 077 && settings_text >"$file.new")
    if am_root; then
        chown "$app_user:root" "$file.new"
    fi
    chmod 640 "$file.new"
    mv "$file.new" "$file"
}

# What an earlier "up" took over from its environment, for one that shall change nothing: also the port.
recall_settings() {
    local file=$data/conf/coagent.conf name value
    for name in "${passed_settings[@]}"; do
        value=$(sed -n "s/^$name=//p" "$file" | tail -n 1)
        [ -z "$value" ] || declare -g "$name=${!name:-$value}"
    done
    port=$(sed -n 's/^PUBLIC_URL=.*:\([0-9]*\)$/\1/p' "$file")
}
