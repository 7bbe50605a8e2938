/*
 * A small fake of Device OS's Wiring API: as much of it as the handler's glue
 * uses, with the overloads that make mistakes possible, and a judge. It keeps the
 * order of the calls and complains of what would not do on a device:
 *
 *	- an interrupt attached to a pin without a mode, or by a closure;
 *	- a call that is forbidden in an interrupt, made in one;
 *	- a request finished twice, or not at all, or used afterwards (it is freed);
 *	- a reset while a reply is still on its way to the host;
 *	- persistent DFU.
 *
 * The tests' side of it is in fake.h.
 */
#ifndef PTERM_TESTS_WIRING_PARTICLE_H
#define PTERM_TESTS_WIRING_PARTICLE_H

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <string>

#define SYSTEM_VERSION_DEFAULT(x, y, z) \
	((x) << 24 | (y) << 16 | (z) << 8)
#ifndef SYSTEM_VERSION
#define SYSTEM_VERSION	SYSTEM_VERSION_DEFAULT(6, 2, 0)
#endif
#define PLATFORM_GCC	3
#define PLATFORM_ARGON	12
#ifndef PLATFORM_ID
#define PLATFORM_ID	PLATFORM_ARGON
#endif

#define retained __attribute__((section(".retained_user")))

#define SYSTEM_THREAD(state)	extern int system_thread_##state
#define LOW			0
#define HIGH			1

enum PinMode { INPUT, OUTPUT, INPUT_PULLUP, INPUT_PULLDOWN };
enum InterruptMode { CHANGE, RISING, FALLING };
enum { D2 = 2, D3 = 3 };

class String {
public:
	String(const char *text) : text_(text) {}
	const char *c_str() const { return text_.c_str(); }
	unsigned length() const { return (unsigned)text_.size(); }

private:
	std::string text_;
};

uint32_t	millis();
void		pinMode(uint16_t pin, PinMode mode);
#if PLATFORM_ID == PLATFORM_GCC
void		pinReadFast(uint16_t pin);
#else
int32_t		pinReadFast(uint16_t pin);
#endif
int32_t		digitalRead(uint16_t pin);
bool		attachInterrupt(uint16_t pin, std::function<void()> handler,
		    InterruptMode mode, int8_t priority = -1,
		    uint8_t subpriority = 0);
bool		attachInterrupt(uint16_t pin, void (*handler)(),
		    InterruptMode mode, int8_t priority = -1,
		    uint8_t subpriority = 0);

/* As there: a flag is a type of its own, a number is not one. */
class SystemResetFlag {
public:
	explicit SystemResetFlag(uint32_t bits) : value(bits) {}
	uint32_t value;
};

class SystemResetFlags {
public:
	SystemResetFlags() : value(0) {}
	SystemResetFlags(SystemResetFlag flag) : value(flag.value) {}
	uint32_t value;
};

static const SystemResetFlag RESET_NO_WAIT(1);
static const SystemResetFlag RESET_PERSIST_DFU(2);

class SystemClass {
public:
	void dfu(SystemResetFlags flags = SystemResetFlags());
	void dfu(bool persist);
	void reset();
	void reset(SystemResetFlags flags);
	void reset(uint32_t data, SystemResetFlags flags = SystemResetFlags());
	void enterSafeMode(SystemResetFlags flags = SystemResetFlags());
	int resetReason() const;
};

extern SystemClass System;

class ParticleClass {
public:
	bool function(const char *name, int (*handler)(String));
};

extern ParticleClass Particle;

typedef struct ctrl_request {
	uint16_t size;
	uint16_t type;
	char *request_data;
	size_t request_size;
	char *reply_data;
	size_t reply_size;
	void *channel;
} ctrl_request;

typedef void (*ctrl_completion_handler_fn)(int result, void *data);

extern "C" {
int	system_ctrl_alloc_reply_data(ctrl_request *req, size_t size,
	    void *reserved);
void	system_ctrl_set_result(ctrl_request *req, int result,
	    ctrl_completion_handler_fn handler, void *data, void *reserved);
}

void	ctrl_request_custom_handler(ctrl_request *req);

#endif
