/*
 * Byte buffer that grows: bytes in at the end, out at the front.
 *
 * A zeroed struct buf is an empty buffer. data is never NULL-terminated unless
 * buf_printf() or buf_str() was the last call. Pointers into data live until
 * the next call that adds.
 */
#ifndef PTERM_BASE_BUF_H
#define PTERM_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 cap;
};

void	 buf_fini(struct buf *b);		/* empty again, memory freed */
void	 buf_clear(struct buf *b);		/* empty again, memory kept */
void	 buf_append(struct buf *b, const void *data, size_t len);
void	 buf_put_u8(struct buf *b, uint8_t v);
void	 buf_put_le16(struct buf *b, uint16_t v);
void	 buf_put_le32(struct buf *b, uint32_t v);
void	 buf_puts(struct buf *b, const char *s);
void	 buf_printf(struct buf *b, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Drops the first len bytes (at most what there is). */
void	 buf_drop(struct buf *b, size_t len);
/* Makes room for len more bytes and returns where they go; len is added by
 * buf_commit(). */
uint8_t	*buf_reserve(struct buf *b, size_t len);
void	 buf_commit(struct buf *b, size_t len);
/* The contents as a string, valid until the next change. */
const char *buf_str(struct buf *b);

#endif
