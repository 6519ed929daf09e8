#include "cron/script/exit_reason.h"
#include "base/number.h"

#include <string.h>

static void explain(struct text *reason, const struct sandbox_ending *ending, const struct sandbox_limits *limits,
                    const char *last_error)
{
    const char *name;

    switch (ending->reason) {
    case RUN_END_EXIT:
        if (ending->exit_code != 0)
            text_add_format(reason, *last_error ? "Exit code %d: %s" : "Exit code %d.", ending->exit_code, last_error);
        break;
    case RUN_END_SIGNAL:
        name = sigabbrev_np(ending->signal_number);
        text_add_format(reason, "Killed by SIG%s (signal %d).", name ? name : "?", ending->signal_number);
        break;
    case RUN_END_MEMORY: text_add_format(reason, "Out of memory: the limit is %ld MB.", limits->memory_mb); break;
    case RUN_END_CPU_TIME:
        text_add_format(reason, "CPU time limit of %ld second%s exceeded.", limits->cpu_seconds,
                        number_plural(limits->cpu_seconds));
        break;
    case RUN_END_WALL_TIME:
        text_add_format(reason, "Time limit of %ld second%s exceeded.", limits->wall_seconds,
                        number_plural(limits->wall_seconds));
        break;
    case RUN_END_OUTPUT:
        text_add_format(reason, "Output exceeded ten times its limit of %ld MB.", limits->output_mb);
        break;
    case RUN_END_PROCESSES:
        text_add_format(reason, "Limit of %ld processes and threads exceeded.", limits->processes);
        break;
    case RUN_END_DISK: text_add_format(reason, "Disk limit of %ld MB exceeded.", limits->disk_mb); break;
    case RUN_END_CANCELLED: text_add(reason, "Stopped."); break;
    case RUN_END_LOST: text_add(reason, "The sandbox failed or was killed."); break;
    case RUN_END_START:
    case RUN_END_COUNT: break; /* no end of a sandbox */
    }
}

struct exit_reason exit_reason_of(const struct sandbox_ending *ending, const struct sandbox_limits *limits,
                                  const char *last_error)
{
    struct exit_reason ended = {"failed", run_end_rows[ending->reason].name, TEXT_EMPTY};

    if (ending->reason == RUN_END_EXIT && ending->exit_code == 0)
        ended.state = "succeeded";
    else if (ending->reason == RUN_END_WALL_TIME)
        ended.state = "timed_out";
    else if (ending->reason == RUN_END_CANCELLED)
        ended.state = "cancelled";
    explain(&ended.reason, ending, limits, last_error);
    return ended;
}
