#include "fcgi/pool/pool.h"

#include "base/clock.h"
#include "base/libraries.h"
#include "base/log.h"
#include "fcgi/pool/keeper.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATEMENT_MS_MOST 10000 /* statement_timeout and lock_timeout of the pool whose routes may not wait */
#define DRAIN_EXTRA_MS 2000
#define LONGEST_SLEEP_MS 1000
#define LEAVING_SLEEP_MS 20

const char *pool_socket_path(const struct config *config, enum pool_kind kind)
{
    return kind == POOL_WAIT ? config->pool_wait_socket : config->pool_socket;
}

static int wanted_slots(const struct config *config, enum pool_kind kind)
{
    int slots = kind == POOL_WAIT ? config->pool_wait_slots : config->pool_slots;
    return slots < 1 ? 1 : slots > SLOTS_MOST ? SLOTS_MOST : slots;
}

/* PostgreSQL gives up before the child's own clock ends it, so that the caller gets an answer. */
static int statement_timeout_ms(const struct pool *pool)
{
    int limit = pool->config->request_seconds * 1000 * 2 / 3;
    return pool->kind == POOL_FAST && limit > STATEMENT_MS_MOST ? STATEMENT_MS_MOST : limit;
}

static int count_links(const struct pool *pool, enum link link)
{
    int count = 0;
    for (int i = 0; i < pool->slots_used; i++)
        count += pool->slots[i].link == link;
    return count;
}

/* The state that one slot detects applies to all slots that are down. */
static void set_retry(struct pool *pool, int64_t at)
{
    for (int i = 0; i < pool->slots_used; i++)
        if (pool->slots[i].link == LINK_DOWN)
            pool->slots[i].retry_at = at;
}

/* Each new reason is logged once, not with every attempt. With every slot away, none asks sooner than the one that has
 * just failed: a server that recovers is not to be hurried by all of them in turn. */
static void note_trouble(struct pool *pool, const struct slot *slot, struct text *why)
{
    if (count_links(pool, LINK_UP) == 0)
        set_retry(pool, slot->retry_at);
    if (strcmp(text_string(&pool->last_trouble), text_string(why)) != 0) {
        text_clear(&pool->last_trouble);
        text_add(&pool->last_trouble, text_string(why));
        log_error("PostgreSQL: %s", text_string(why));
    }
    text_clear(why);
}

static void note_link(struct pool *pool, int64_t now)
{
    atomic_fetch_add(&pool->counters->connections_made, 1);
    if (pool->last_trouble.length > 0 && count_links(pool, LINK_UP) == 1) {
        log_info("PostgreSQL is back");
        set_retry(pool, now);
    }
    text_clear(&pool->last_trouble);
}

/* Gives the other slots' connections up before anything else, so that no child could disturb them by mistake, and a
 * connection ends when its own master and children let go of it. Then the heap is as small as it will be. */
static _Noreturn void be_keeper(struct pool *pool, int index, pid_t master)
{
    struct slot *own = &pool->slots[index];
    for (int i = 0; i < pool->slots_used; i++)
        if (i != index || !own->child_linked)
            db_abandon(pool->slots[i].db);
    warm_fill_heap();
    struct child_terms terms = {
        .config = pool->config,
        .tables = pool->tables,
        .db = own->child_linked ? own->db : NULL,
        .listen_fd = pool->listener.fd,
        .slot = index,
        .master = master,
        .counters = pool->counters,
        .kind = pool->kind,
        .leave = pool->orders.leave,
    };
    keeper_run(&terms);
}

static void fork_keeper(struct pool *pool, int index, int64_t now)
{
    struct slot *slot = &pool->slots[index];
    pid_t master = getpid();
    slot->child_linked = slot->link == LINK_UP;
    slot->generation = pool->generation;
    pid_t child = libraries_fork();
    if (child == 0)
        be_keeper(pool, index, master);
    if (child < 0) {
        log_error("fork: %s", strerror(errno));
        slot->fork_at = now + LONGEST_SLEEP_MS;
        return;
    }
    slot->child = child;
}

/* While PostgreSQL is away one slot tries to connect for all. */
static bool may_connect(const struct pool *pool, const struct slot *slot, int64_t now)
{
    return slot->link == LINK_DOWN && !pool->draining && !pool->renewing && now >= slot->retry_at &&
           (count_links(pool, LINK_UP) > 0 || pool->last_trouble.length == 0 ||
            count_links(pool, LINK_CONNECTING) == 0);
}

/* A child without a connection says 503, which is only right while no slot has one. */
static bool should_fork(const struct pool *pool, const struct slot *slot, int64_t now)
{
    if (slot->child || now < slot->fork_at || pool->renewing)
        return false;
    if (slot->link == LINK_UP)
        return true;
    return pool->last_trouble.length > 0 && count_links(pool, LINK_UP) == 0;
}

static bool should_retire(const struct pool *pool, const struct slot *slot)
{
    return slot->child && (slot->generation != pool->generation || slot->link == LINK_BROKEN || pool->renewing ||
                           (!slot->child_linked && count_links(pool, LINK_UP) > 0));
}

static void tend_slot(struct pool *pool, int index, int64_t now)
{
    struct slot *slot = &pool->slots[index];
    struct text why = TEXT_EMPTY;
    bool surplus = index >= pool->slot_count;
    if (should_retire(pool, slot) || (surplus && slot->child))
        slot_retire(slot, now);
    if (surplus && !slot->child && slot->db)
        slot_disconnect(slot, now);
    if (!surplus && may_connect(pool, slot, now) &&
        slot_connect(slot, pool->config->database_url, statement_timeout_ms(pool), now, &why) != OUTCOME_OK)
        note_trouble(pool, slot, &why);
    if (slot_is_late(slot, now) && slot_go_on(slot, now, &why) != OUTCOME_OK)
        note_trouble(pool, slot, &why);
    if (!surplus && should_fork(pool, slot, now))
        fork_keeper(pool, index, now);
    text_free(&why);
}

static struct slot *slot_of_child(struct pool *pool, pid_t child)
{
    for (int i = 0; i < pool->slots_used; i++)
        if (pool->slots[i].child == child)
            return &pool->slots[i];
    return NULL;
}

static void reap(struct pool *pool, int64_t now)
{
    int status = 0;
    pid_t child;
    *pool->orders.reap = 0;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        struct slot *slot = slot_of_child(pool, child);
        if (!slot)
            continue;
        counters_leave(pool->counters, (int)(slot - pool->slots));
        if (slot_child_ended(slot, status, now))
            atomic_fetch_add(&pool->counters->children_failed, 1);
    }
}

/* The configuration as it is now, if this pool can go on with it. */
static enum outcome load_fresh(const struct pool *pool, struct config *fresh, struct text *why)
{
    if (config_load(fresh, why) != OUTCOME_OK)
        return OUTCOME_INVALID;
    if (strcmp(pool_socket_path(fresh, pool->kind), pool->listener.path) == 0)
        return OUTCOME_OK;
    text_add(why, "another socket needs a restart");
    config_free(fresh);
    return OUTCOME_INVALID;
}

static void reload(struct pool *pool)
{
    struct config fresh = {0};
    struct text why = TEXT_EMPTY;
    *pool->orders.reload = 0;
    if (load_fresh(pool, &fresh, &why) != OUTCOME_OK) {
        log_error("the configuration was not reloaded: %s", text_string(&why));
    } else {
        bool moved = strcmp(fresh.database_url, pool->config->database_url) != 0;
        config_free(pool->config);
        *pool->config = fresh;
        pool->listener.path = pool_socket_path(pool->config, pool->kind);
        pool->generation++;
        pool->slot_count = wanted_slots(pool->config, pool->kind);
        if (pool->slot_count > pool->slots_used)
            pool->slots_used = pool->slot_count;
        for (int i = 0; moved && i < pool->slots_used; i++)
            if (pool->slots[i].db)
                slot_hang_up(&pool->slots[i], clock_monotonic_ms());
        log_info("the configuration was reloaded: %d slots", pool->slot_count);
    }
    text_free(&why);
}

/* Whether callers get anywhere: a child is at work, or one waits and nobody else does. A renewal that came sooner would
 * end keepers before they have answered anybody, and a row of them would stop the service. */
static bool is_serving(const struct pool *pool)
{
    bool has_keeper = false;
    for (int i = 0; i < pool->slots_used; i++) {
        if (pool->slots[i].child && atomic_load(&pool->counters->busy[i]))
            return true;
        has_keeper |= pool->slots[i].child != 0;
    }
    return has_keeper && !listener_is_wanted(&pool->listener);
}

/* Not with a configuration that the new program would refuse. */
static void start_renewing(struct pool *pool)
{
    struct config fresh = {0};
    struct text why = TEXT_EMPTY;
    *pool->orders.renew = 0;
    pool->renewing = load_fresh(pool, &fresh, &why) == OUTCOME_OK;
    if (pool->renewing)
        log_info("switching to the program that is installed now");
    else
        log_error("the program was not renewed: %s", text_string(&why));
    config_free(&fresh);
    text_free(&why);
}

/* Nobody accepts any more: each keeper that is left has been asked to go, and exits after the request that its child
 * serves. A keeper that has not been asked would serve for ever, for the new program does not know it. Requests that
 * come now wait in the queue of the socket for the new program. */
static bool has_made_room(const struct pool *pool)
{
    for (int i = 0; i < pool->slots_used; i++) {
        const struct slot *slot = &pool->slots[i];
        if (slot->child && (!slot->retiring || !atomic_load(&pool->counters->busy[i])))
            return false;
    }
    return true;
}

static void start_draining(struct pool *pool, int64_t now)
{
    log_info("draining");
    *pool->orders.leave = 0;
    pool->draining = true;
    pool->drain_until = now + pool->config->request_seconds * 1000LL + DRAIN_EXTRA_MS;
    listener_unlink(&pool->listener);
}

/* Nobody new can come. When the queue is empty, children that wait are let go by shutting the socket: their accept
 * fails, while one that serves goes on. A second order, or the time limit, ends them all. */
static bool drain(struct pool *pool, int64_t now)
{
    int children = 0;
    if (!listener_is_wanted(&pool->listener)) {
        pool->slot_count = 0;
        shutdown(pool->listener.fd, SHUT_RDWR);
    }
    for (int i = 0; i < pool->slots_used; i++) {
        if (!pool->slots[i].child)
            continue;
        children++;
        if (*pool->orders.leave || now > pool->drain_until)
            kill(pool->slots[i].child, SIGKILL);
    }
    return children == 0 && pool->slot_count == 0;
}

static int add_waits(struct pool *pool, struct pollfd *waits, int *indices)
{
    int count = 0;
    for (int i = 0; i < pool->slots_used; i++) {
        const struct slot *slot = &pool->slots[i];
        if (slot->link != LINK_UP && slot->link != LINK_CONNECTING)
            continue;
        short events = slot->link == LINK_UP ? POLLRDHUP : slot->wants == DB_WRITING ? POLLOUT : POLLIN;
        waits[count] = (struct pollfd){db_socket(slot->db), events, 0};
        indices[count++] = i;
    }
    return count;
}

static void take_event(struct pool *pool, struct slot *slot, short events, int64_t now)
{
    struct text why = TEXT_EMPTY;
    if (slot->link == LINK_UP && (events & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))) {
        slot_hang_up(slot, now);
    } else if (slot->link == LINK_CONNECTING) {
        enum outcome outcome = slot_go_on(slot, now, &why);
        if (outcome != OUTCOME_OK)
            note_trouble(pool, slot, &why);
        else if (slot->link == LINK_UP)
            note_link(pool, now);
        if (outcome != OUTCOME_OK || slot->link == LINK_UP)
            atomic_store(&pool->counters->functions_missing, outcome == OUTCOME_CONFLICT);
    }
    text_free(&why);
}

/* When the clock alone makes something due. What was due by now has been tended, or waits for another event. */
static int sleep_ms(const struct pool *pool, int64_t now)
{
    bool leaving = pool->draining || pool->renewing || *pool->orders.renew;
    int64_t until = now + (leaving ? LEAVING_SLEEP_MS : LONGEST_SLEEP_MS);
    for (int i = 0; i < pool->slots_used; i++) {
        const struct slot *slot = &pool->slots[i];
        const int64_t due[] = {slot->retiring ? slot->ask_again_at : 0, slot->link == LINK_DOWN ? slot->retry_at : 0,
                               slot->child ? 0 : slot->fork_at};
        for (size_t k = 0; k < sizeof due / sizeof *due; k++)
            if (due[k] > now && due[k] < until)
                until = due[k];
    }
    return (int)(until - now);
}

static void wait_for_something(struct pool *pool, int64_t now)
{
    struct pollfd waits[SLOTS_MOST];
    int indices[SLOTS_MOST];
    int count = add_waits(pool, waits, indices);
    int milliseconds = sleep_ms(pool, now);
    struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    int ready = ppoll(waits, (nfds_t)count, &limit, &pool->orders.waiting);
    now = clock_monotonic_ms();
    for (int i = 0; ready > 0 && i < count; i++)
        if (waits[i].revents)
            take_event(pool, &pool->slots[indices[i]], waits[i].revents, now);
}

static void count_slots(struct pool *pool)
{
    atomic_store(&pool->counters->slots, pool->slot_count);
    atomic_store(&pool->counters->slots_connected, count_links(pool, LINK_UP));
}

int pool_run(struct pool *pool)
{
    pool->slot_count = pool->slots_used = wanted_slots(pool->config, pool->kind);
    pool->counters->waits = pool->kind == POOL_WAIT;
    for (;;) {
        int64_t now = clock_monotonic_ms();
        reap(pool, now);
        if (*pool->orders.reload)
            reload(pool);
        if (*pool->orders.leave && !pool->draining)
            start_draining(pool, now);
        if (*pool->orders.renew && !pool->draining && is_serving(pool))
            start_renewing(pool);
        if (pool->renewing && !pool->draining && has_made_room(pool))
            return POOL_RENEW;
        if (pool->draining && drain(pool, now))
            break;
        for (int i = 0; i < pool->slots_used; i++)
            tend_slot(pool, i, now);
        count_slots(pool);
        wait_for_something(pool, now);
    }
    for (int i = 0; i < pool->slots_used; i++)
        slot_disconnect(&pool->slots[i], 0);
    text_free(&pool->last_trouble);
    return 0;
}
