/*
 * The tests' side of the fake Wiring: a device whose clock, pin, host and cloud
 * are in the test's hands.
 */
#ifndef PTERM_TESTS_WIRING_FAKE_H
#define PTERM_TESTS_WIRING_FAKE_H

#include <stdint.h>

#include <string>
#include <vector>

struct Fake {
	uint32_t now_ms;
	bool is_high;			/* the level of every pin */
	bool is_protected;
	bool has_memory;		/* for replies */
	bool has_interrupts;
	bool is_cancelled;		/* the host, before the result */
	int reset_reason;

	/* Each call, in order; each complaint. */
	std::vector<std::string> calls;
	std::vector<std::string> complaints;

	/* The last request's end, as the host would get it. */
	int results;			/* how many were set */
	int result;
	std::vector<uint8_t> reply;
};

extern Fake fake;

void	fake_reset();
/* The pin changes; its interrupt runs where one is attached. */
void	fake_pin(bool is_high);
/* A request of type 10 with this payload, handed to the application. */
void	fake_request(const std::vector<uint8_t> &payload);
/* The host takes the reply of the oldest request that waits for that; or gives
 * the request up. */
void	fake_reply_end(int result);
bool	fake_has_function(const std::string &name);
int	fake_function(const std::string &name, const std::string &argument);
/* Where in the order of calls; -1 where it was not called. */
int	fake_at(const std::string &call);

#endif
