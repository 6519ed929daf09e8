/* One process that listens on its share of the sockets. */
#ifndef COAGENT_BENCH_LISTEN_H
#define COAGENT_BENCH_LISTEN_H

#include "board.h"

/* Opens the sockets and counts what arrives until it is killed. index: which of the processes it is. */
_Noreturn void listen_run(struct board *board, int index);

#endif
