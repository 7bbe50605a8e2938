#include "config.h"

#include "virtual/pool.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

#define HEADER	8	/* next and size, on a 32-bit machine */
#define ALIGN	4

struct pool_block {
	size_t	place;
	size_t	size;		/* with its header */
	bool	is_free;
};

struct vdev_pool {
	struct pool_block	*blocks;	/* in order of place */
	size_t			 count;
	size_t			 end;		/* behind the last block */
};

struct vdev_pool *
vdev_pool_new(void)
{
	return xcalloc(1, sizeof(struct vdev_pool));
}

void
vdev_pool_free(struct vdev_pool *pool)
{
	if (pool == NULL)
		return;
	free(pool->blocks);
	free(pool);
}

/* The original rounds up also what is round already. */
static size_t
pool_block_size(size_t size)
{
	size += HEADER;
	return size + ALIGN - size % ALIGN;
}

size_t
vdev_pool_take(struct vdev_pool *pool, size_t limit, size_t size)
{
	size_t want = pool_block_size(size);
	struct pool_block *best = NULL;

	if (limit >= pool->end && limit - pool->end >= want) {
		pool->blocks = xreallocarray(pool->blocks, pool->count + 1,
		    sizeof *pool->blocks);
		pool->blocks[pool->count++] = (struct pool_block){
			.place = pool->end, .size = want,
		};
		pool->end += want;
		return pool->blocks[pool->count - 1].place;
	}
	for (size_t i = 0; i < pool->count; i++) {
		struct pool_block *block = &pool->blocks[i];

		if (block->is_free && block->size >= want &&
		    (best == NULL || block->size < best->size))
			best = block;
	}
	if (best == NULL)
		return VDEV_POOL_NONE;
	best->is_free = false;
	return best->place;
}

void
vdev_pool_give(struct vdev_pool *pool, size_t place)
{
	for (size_t i = 0; i < pool->count; i++) {
		if (pool->blocks[i].place == place)
			pool->blocks[i].is_free = true;
	}
	while (pool->count > 0 && pool->blocks[pool->count - 1].is_free)
		pool->end = pool->blocks[--pool->count].place;
}
