/* The tokens with which runs use the API for who asked for them. */
#ifndef COAGENT_RUN_TOKENS_H
#define COAGENT_RUN_TOKENS_H

#define RUN_TOKEN_PREFIX "coar_"

/* A new token: coar_<user><run>_<secret>, the ids without their dashes. The caller wipes and frees it. */
char *run_token_make(const char *user_id, const char *run_id);

#endif
