/* The media type of a file, by the end of its name. Pure. */
#ifndef COAGENT_SCRIPT_MEDIA_TYPE_H
#define COAGENT_SCRIPT_MEDIA_TYPE_H

/* "application/octet-stream" when the name says nothing. Static. */
const char *media_type(const char *name);

#endif
