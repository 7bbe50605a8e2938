/*
 * Inside of the registry: what its files share and nobody else sees.
 */
#ifndef PTERM_MODEL_REGISTRY_PARTS_H
#define PTERM_MODEL_REGISTRY_PARTS_H

#include "model/registry.h"
#include "particle/device-id.h"

/* A device, and what nobody else needs to know of it. */
struct registry_entry {
	struct device	 device;
	char		 serial_id[DEVICE_ID_SIZE];	/* a duplicate's, too */
	bool		 is_listed;
	bool		 is_expected;
	enum device_mode going_to;
	uint64_t	 deadline_us;
	bool		 is_safe;	/* pterm sent it there */
	/* device.problem is the second, else the first. */
	char		 bus_problem[DEVICE_TEXT_MAX];
	char		 answer_problem[DEVICE_TEXT_MAX];
};

struct registry_listener {
	struct registry			*registry;
	struct registry_listener	*next;
	registry_cb			 cb;		/* NULL: to be freed */
	void				*arg;
};

struct registry {
	struct names			*names;
	struct registry_entry		**entries;	/* all ever seen */
	size_t				 count;
	size_t				 cap;
	struct registry_entry		**list;		/* by USB path */
	size_t				 list_count;
	uint32_t			 last_number;
	struct registry_listener	*listeners;
	unsigned			 notifying;
};

/* registry.c */
/* NULL: no such number. */
struct registry_entry *registry_entry(const struct registry *r,
	    uint32_t number);
void	registry_notify(struct registry *r, enum registry_event event,
	    const struct registry_entry *e);
void	registry_set_mode(struct registry_entry *e, enum device_mode mode,
	    const char *reason, uint64_t now_us);
void	registry_set_problem(struct registry_entry *e);

/* registry-identity.c */
/* The device that has just come as that node; NULL: a new one. id is its own,
 * "" for none. */
struct registry_entry *registry_recognise(struct registry *r,
	    const struct bus_node_info *node, const struct platform *platform,
	    const char *id);
/* Gives it its id, key and label, for the attachment in device.usb. */
void	registry_identify(struct registry *r, struct registry_entry *e,
	    const char *id);
/* Its nickname may have changed. */
void	registry_label(struct registry *r, struct registry_entry *e);

#endif
