#include "config.h"

#include "virtual/flash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PAGE	4096u
#define RUNS_MAX 8

/* So many sectors of one size in a row. */
struct flash_run {
	uint32_t	count;
	uint32_t	size;
};

struct vdev_flash {
	enum vdev_flash_kind	 kind;
	uint32_t		 start;
	uint32_t		 size;
	struct flash_run	 runs[RUNS_MAX];
	size_t			 run_count;
	uint8_t			**pages;	/* NULL: erased; made late */
};

/* How long things take: datasheets of STM32F103 and F205, nRF52840 (page erase
 * 85 ms, word 41 us) and common serial NOR (sector 45 ms, 256 bytes 0.7 ms). */
static const struct {
	uint32_t	erase_us;	/* fixed part of a sector's erase */
	uint32_t	erase_us_per_kib;
	uint32_t	unit;		/* bytes programmed at once */
	uint32_t	unit_us;
} flash_times[] = {
	[VDEV_FLASH_STM32F1] = { 20000, 0, 2, 52 },
	[VDEV_FLASH_STM32F2] = { 150000, 6700, 4, 16 },
	[VDEV_FLASH_NRF52840] = { 85000, 0, 4, 41 },
	[VDEV_FLASH_SERIAL] = { 45000, 0, 256, 700 },
	[VDEV_FLASH_DCT] = { 0, 0, 4096, 30000 },
};

/* --- The map: "@name/0xADDRESS/COUNT*SIZEunit,...": only our own ---------- */

static bool
flash_parse_run(const char **text, struct flash_run *run)
{
	char *end;

	run->count = (uint32_t)strtoul(*text, &end, 10);
	if (*end != '*')
		return false;
	run->size = (uint32_t)strtoul(end + 1, &end, 10);
	if (*end == 'K')
		run->size *= 1024;
	else if (*end == 'M')
		run->size *= 1024 * 1024;
	else if (*end != 'B')
		return false;
	if (end[1] == '\0')	/* the type letter, which is for hosts */
		return false;
	*text = end + 2;
	return run->count > 0 && run->size > 0;
}

static bool
flash_parse_map(struct vdev_flash *flash, const char *map)
{
	const char *text = strchr(map, '/');
	char *end;

	if (text == NULL)
		return false;
	flash->start = (uint32_t)strtoul(text + 1, &end, 16);
	text = end;
	do {
		struct flash_run *run = &flash->runs[flash->run_count];

		text++;
		if (flash->run_count == RUNS_MAX ||
		    !flash_parse_run(&text, run))
			return false;
		flash->size += run->count * run->size;
		flash->run_count++;
	} while (*text == ',');
	return *text == '\0';
}

struct vdev_flash *
vdev_flash_new(enum vdev_flash_kind kind, const char *map)
{
	struct vdev_flash *flash = xcalloc(1, sizeof *flash);

	flash->kind = kind;
	if (!flash_parse_map(flash, map)) {
		free(flash);
		return NULL;
	}
	return flash;
}

void
vdev_flash_free(struct vdev_flash *flash)
{
	if (flash == NULL)
		return;
	for (size_t i = 0; flash->pages != NULL && i < flash->size / PAGE; i++)
		free(flash->pages[i]);
	free(flash->pages);
	free(flash);
}

uint32_t
vdev_flash_start(const struct vdev_flash *flash)
{
	return flash->start;
}

uint32_t
vdev_flash_size(const struct vdev_flash *flash)
{
	return flash->size;
}

static uint32_t
flash_offset(const struct vdev_flash *flash, uint32_t address, uint32_t len)
{
	uint32_t offset = address - flash->start;

	assert(offset <= flash->size && len <= flash->size - offset);
	return offset;
}

void
vdev_flash_sector(const struct vdev_flash *flash, uint32_t address,
    uint32_t *start, uint32_t *size)
{
	uint32_t offset = flash_offset(flash, address, 1);
	uint32_t base = 0;

	for (size_t i = 0; i < flash->run_count; i++) {
		uint32_t run = flash->runs[i].count * flash->runs[i].size;

		*size = flash->runs[i].size;
		if (offset - base < run)
			break;
		base += run;
	}
	*start = flash->start + base + (offset - base) / *size * *size;
}

/* The page that holds an offset; made when it is written first. */
static uint8_t *
flash_page(struct vdev_flash *flash, uint32_t offset)
{
	uint8_t **page;

	if (flash->pages == NULL) {
		flash->pages = xcalloc((flash->size + PAGE - 1) / PAGE,
		    sizeof *flash->pages);
	}
	page = &flash->pages[offset / PAGE];
	if (*page == NULL) {
		*page = xmalloc(PAGE);
		memset(*page, 0xff, PAGE);
	}
	return *page;
}

uint64_t
vdev_flash_erase(struct vdev_flash *flash, uint32_t address)
{
	uint32_t start, size, at, end;

	vdev_flash_sector(flash, address, &start, &size);
	at = start - flash->start;
	for (end = at + size; flash->pages != NULL && at < end;) {
		uint8_t *page = flash->pages[at / PAGE];
		uint32_t room = PAGE - at % PAGE;
		uint32_t part = end - at < room ? end - at : room;

		if (page != NULL)
			memset(page + at % PAGE, 0xff, part);
		at += part;
	}
	return flash_times[flash->kind].erase_us +
	    (uint64_t)flash_times[flash->kind].erase_us_per_kib * size / 1024;
}

static void
flash_program(struct vdev_flash *flash, uint8_t *to, const uint8_t *from,
    uint32_t len)
{
	if (flash->kind == VDEV_FLASH_DCT) {
		memcpy(to, from, len);
		return;
	}
	for (uint32_t i = 0; i < len; i++)
		to[i] &= from[i];
}

uint64_t
vdev_flash_write(struct vdev_flash *flash, uint32_t address,
    const uint8_t *data, uint32_t len)
{
	uint32_t at = flash_offset(flash, address, len);
	uint32_t unit = flash_times[flash->kind].unit;

	for (uint32_t done = 0; done < len;) {
		uint32_t room = PAGE - (at + done) % PAGE;
		uint32_t part = len - done < room ? len - done : room;

		flash_program(flash, flash_page(flash, at + done) +
		    (at + done) % PAGE, data + done, part);
		done += part;
	}
	return (uint64_t)((len + unit - 1) / unit) *
	    flash_times[flash->kind].unit_us;
}

void
vdev_flash_read(const struct vdev_flash *flash, uint32_t address,
    uint8_t *data, uint32_t len)
{
	uint32_t at = flash_offset(flash, address, len);

	for (uint32_t done = 0; done < len;) {
		uint32_t room = PAGE - (at + done) % PAGE;
		uint32_t part = len - done < room ? len - done : room;
		const uint8_t *page = flash->pages == NULL ? NULL :
		    flash->pages[(at + done) / PAGE];

		if (page != NULL)
			memcpy(data + done, page + (at + done) % PAGE, part);
		else
			memset(data + done, 0xff, part);
		done += part;
	}
}
