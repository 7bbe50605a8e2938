/*
 * The firmware modules on a device, as it lists them itself: what each is, what
 * it depends on, and which of Device OS' checks it passed.
 *
 * One form for the two that Device OS speaks: the list up to 5.5 numbers types
 * differently and knows fewer checks.
 */
#ifndef PTERM_PARTICLE_MODULE_LIST_H
#define PTERM_PARTICLE_MODULE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As in the header of a module. */
enum module_type {
	MODULE_INVALID = 0,
	MODULE_RESOURCE = 1,
	MODULE_BOOTLOADER = 2,
	MODULE_MONO = 3,		/* system and application in one */
	MODULE_SYSTEM = 4,
	MODULE_USER = 5,
	MODULE_SETTINGS = 6,
	MODULE_NCP = 7,
	MODULE_RADIO_STACK = 8,
	MODULE_ASSET = 9,
};
/* Type n of the old list, where n is not known. */
#define MODULE_UNKNOWN_OLD(n)	(0x10000u + (n))

enum module_store {
	MODULE_STORE_MAIN,		/* runs */
	MODULE_STORE_FACTORY,
	MODULE_STORE_BACKUP,
	MODULE_STORE_SCRATCHPAD,
};

/* A check failed where checked has its bit and passed has not. */
#define MODULE_CHECK_INTEGRITY		0x02
#define MODULE_CHECK_DEPENDENCY		0x04
#define MODULE_CHECK_RANGE		0x08
#define MODULE_CHECK_PLATFORM		0x10

#define MODULE_DEPENDENCIES_MAX		8
#define MODULE_HASH_LENGTH		32
#define MODULE_LIST_MAX			64

struct module_dependency {
	uint32_t	type;		/* enum module_type */
	uint32_t	index;
	uint32_t	version;	/* at least this one */
};

struct module_info {
	uint32_t		 type;	/* enum module_type, or another */
	uint32_t		 index;
	uint32_t		 version;	/* a number of its own: 6200 */
	uint32_t		 store;	/* enum module_store, or another */
	uint32_t		 size;
	uint32_t		 max_size;
	uint32_t		 checked;
	uint32_t		 passed;
	struct module_dependency dependencies[MODULE_DEPENDENCIES_MAX];
	size_t			 dependency_count;
	size_t			 asset_count;	/* that it depends on */
	bool			 has_hash;
	uint8_t			 hash[MODULE_HASH_LENGTH];	/* SHA-256 */
};

struct module_list {
	struct module_info	*modules;
	size_t			 count;
	bool			 is_old;	/* from the list up to 5.5 */
	bool			 is_cut;	/* there were more */
};

struct module_list	*module_list_new(void);
void			 module_list_free(struct module_list *list);
/* NULL: the list is full, and cut. The pointer lives until the next call. */
struct module_info	*module_list_add(struct module_list *list);

/* Module `index` of that type that runs; NULL: none. */
const struct module_info *module_list_find(const struct module_list *list,
			    uint32_t type, uint32_t index);

/* Checks that failed. */
uint32_t	 module_failed(const struct module_info *module);

/* "user part"; "system part 2" only where the list has several; "unknown (12)".
 * out is used where the words are put together. */
const char	*module_name(const struct module_list *list, uint32_t type,
		    uint32_t index, char *out, size_t size);
const char	*module_store_name(uint32_t store, char *out, size_t size);
/* "integrity, dependencies"; "" for none. */
const char	*module_checks_text(uint32_t checks, char *out, size_t size);

/* Why Device OS would run in safe mode: a system or user module that runs and
 * failed its integrity or dependency check. "user part needs system 6200,
 * device has 5600", "user part fails its integrity check". False: no reason. */
bool		 module_list_safe_mode_reason(const struct module_list *list,
		    char *out, size_t size);

#endif
