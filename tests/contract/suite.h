/* What the files of the contract suite share. */
#ifndef PTERM_TESTS_CONTRACT_SUITE_H
#define PTERM_TESTS_CONTRACT_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include "base/buf.h"
#include "contract/contract.h"

/* Devices of contract_script, by the serial number that they tell. */
#define ARGON_ID	"e00fce68c0de000000000001"
#define BORON_ID	"e00fce68c0de000000000002"
#define PHOTON_ID	"0a10acedc0de000000000003"
#define BOOT_ID		"e00fce68c0de000000000004"
#define TWIN_ID		"e00fce68c0de000000000005"

#define NODES_MAX	64
#define LOG_MAX		256

struct seen_node {
	struct bus_node_info	 info;		/* as last told */
	unsigned		 added, changed, removed;
};

struct suite {
	const struct contract_bench *bench;
	struct loop		*loop;
	struct bus		*bus;
	struct loop_timer	*deadline;
	bool			 is_late;
	bool			 is_broken;	/* failed: leave everything */

	/* What the bus said. */
	struct seen_node	 nodes[NODES_MAX];
	size_t			 node_count;
	/* Called at the end of BUS_REMOVED; may be NULL. */
	void			(*on_removed)(struct suite *);
	void			*on_removed_arg;
	unsigned		 ready;
	size_t			 nodes_at_ready;

	/* What happened, in order: one word each. */
	const char		*log[LOG_MAX];
	size_t			 log_len;
	bool			 is_inside;	/* a call of ours is running */
};

/* A transfer that notes its end. */
struct probe {
	struct suite	*suite;
	const char	*word;		/* for the log */
	struct bus_transfer *transfer;	/* NULL: it has ended */
	unsigned	 ends;
	enum usb_status	 status;
	struct buf	 data;
	size_t		 len;
	void		(*then)(struct probe *);	/* may be NULL */
	void		*arg;
};

/* A port that notes what it is told. */
struct wire {
	struct suite	*suite;
	const char	*word;		/* of opened(), for the log */
	struct bus_port	*port;
	unsigned	 opened, configured, drained, lost;
	enum error_code	 open_error, config_error, lost_error;
	struct buf	 data;
};

/* Runs the loop until done() says so; fails with what was missing. */
typedef bool (*suite_done)(struct suite *, void *arg);
void	suite_until(struct suite *s, suite_done done, void *arg,
	    const char *what);
void	suite_command(struct suite *s, const char *text);
void	suite_start(struct suite *s);
/* start, then plug in NAME and wait for its node. */
struct seen_node *suite_plug(struct suite *s, const char *name,
	    const char *serial);
/* ... and for its tty. */
struct seen_node *suite_plug_tty(struct suite *s, const char *name,
	    const char *serial);
void	suite_unplug(struct suite *s, const char *name, struct seen_node *);
void	suite_log(struct suite *s, const char *word);
/* Place in the log, from 0; fails where it is not there. */
size_t	suite_log_at(struct suite *s, const char *word);

/* The node that is there now; NULL: none. */
struct seen_node *suite_find(struct suite *s, const char *serial);

struct bus_handle *suite_open(struct suite *s, const struct seen_node *node);
/* IN 0x50/30: any device that runs Device OS answers its version. */
void	probe_version(struct probe *p, struct suite *s, struct bus_handle *h,
	    const char *word, unsigned timeout_ms);
void	probe_send(struct probe *p, struct suite *s, struct bus_handle *h,
	    const struct usb_setup *setup, const void *data,
	    unsigned timeout_ms);
void	probe_wait(struct probe *p);
void	probe_fini(struct probe *p);

void	wire_open(struct wire *w, struct suite *s, const char *tty,
	    const char *word);
void	wire_open_with(struct wire *w, struct suite *s, const char *tty,
	    const char *word, const struct bus_port_config *config);
void	wire_wait_open(struct wire *w);
void	wire_wait_text(struct wire *w, const char *text);
void	wire_close(struct wire *w);
bool	wire_is_opened(struct suite *s, void *w);
bool	wire_is_configured(struct suite *s, void *w);
bool	wire_is_lost(struct suite *s, void *w);

int	suite_setup(void **state);
int	suite_teardown(void **state);

/* The tests, by file. */
extern const struct CMUnitTest contract_node_tests[];
extern const size_t contract_node_test_count;
extern const struct CMUnitTest contract_transfer_tests[];
extern const size_t contract_transfer_test_count;
extern const struct CMUnitTest contract_port_tests[];
extern const size_t contract_port_test_count;

#define CONTRACT_TEST(f) { #f, f, suite_setup, suite_teardown, NULL }

#endif
