/*
 * The small memory pool of Device OS, which requests and short payloads share.
 *
 * No memory is handed out here, only places in it: what fits and who gets the
 * place of whom shows on the wire (reference 3.3). New blocks go behind the
 * last one while there is room, else into the smallest freed block that is
 * large enough, whole.
 */
#ifndef PTERM_VIRTUAL_POOL_H
#define PTERM_VIRTUAL_POOL_H

#include <stddef.h>

#define VDEV_POOL_NONE	((size_t)-1)

struct vdev_pool;

struct vdev_pool *vdev_pool_new(void);
void	vdev_pool_free(struct vdev_pool *pool);

/* The place of size bytes, as long as all fits into limit; VDEV_POOL_NONE. */
size_t	vdev_pool_take(struct vdev_pool *pool, size_t limit, size_t size);
void	vdev_pool_give(struct vdev_pool *pool, size_t place);

#endif
