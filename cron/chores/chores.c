#include "cron/chores/chore.h"

#include <stddef.h>

/* Time-critical chores come first. */
const struct chore all_chores[] = {
    {"reap_leases", CHORE_EACH_TICK, chore_reap_leases, true},
    {"send_heartbeats", CHORE_EACH_TICK, chore_send_heartbeats, true},
    {"send_pulse", CHORE_EACH_TICK, chore_send_pulse, true},
    {"expire_log_ins", 60, chore_expire_log_ins, true},
    {"remove_expired", CHORE_CLEANUP, chore_remove_expired, true},
    {"purge_rooms", CHORE_CLEANUP, chore_purge_rooms, true},
    {"seal_inputs", CHORE_CLEANUP, chore_seal_inputs, true},
    {"sweep_runs", CHORE_CLEANUP, chore_sweep_runs, true},
    {"sweep_script_files", CHORE_CLEANUP, chore_sweep_script_files, true},
    {"sweep_dependencies", CHORE_CLEANUP, chore_sweep_dependencies, false},
    {"sweep_caches", CHORE_CLEANUP, chore_sweep_caches, false},
    {"count_storage", 10, chore_count_storage, true},
    {"mend_times", 60, chore_mend_times, true},
    {"drop_functions", CHORE_CLEANUP, chore_drop_functions, true},
    {NULL, 0, NULL, false},
};
