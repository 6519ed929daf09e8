/* The numbers of the format, little-endian: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16. */
#ifndef COAGENT_ZIP_FORMAT_H
#define COAGENT_ZIP_FORMAT_H

#define ZIP_LOCAL_SIGNATURE 0x04034b50U
#define ZIP_ENTRY_SIGNATURE 0x02014b50U
#define ZIP_END_SIGNATURE 0x06054b50U

#define ZIP_LOCAL_BYTES 30U /* each without its name */
#define ZIP_ENTRY_BYTES 46U
#define ZIP_END_BYTES 22U
#define ZIP_COMMENT_MOST 65535U

#define ZIP_STORED 0U
#define ZIP_DEFLATED 8U

#define ZIP_FLAGS_ENCRYPTED (1U | 1U << 6 | 1U << 13)
#define ZIP_FLAG_UTF8 (1U << 11)

#define ZIP_MADE_ON_UNIX 3U /* then the upper half of the attributes is st_mode */

#endif
