/* Posts the messages, over as many connections as the plan says, each of which waits for its answer. */
#ifndef COAGENT_BENCH_POST_H
#define COAGENT_BENCH_POST_H

#include "board.h"

/* Posts all of them; answers gets how long each answer took. Whether every answer was 2xx. */
bool post_all(struct board *board, struct histogram *answers);

#endif
