#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <map>

#include "Particle.h"
#include "security_mode.h"

Fake fake;
SystemClass System;
ParticleClass Particle;

namespace {

struct Waiting {
	ctrl_completion_handler_fn handler;
	void *data;
};

std::map<uint16_t, PinMode> modes;
std::map<uint16_t, void (*)()> interrupts;
std::map<std::string, int (*)(String)> functions;
std::vector<Waiting> waiting;
bool is_in_interrupt;

void
complain(const std::string &what)
{
	fake.complaints.push_back(what);
}

/* Whatever an interrupt may do is called with true. */
void
called(const std::string &name, bool is_for_interrupts = false)
{
	if (is_in_interrupt && !is_for_interrupts)
		complain(name + " in an interrupt");
	if (!is_in_interrupt)
		fake.calls.push_back(name);
}

void
leaves(const std::string &name)
{
	called(name);
	if (!waiting.empty())
		complain(name + " before the host has the reply");
}

} // namespace

void
fake_reset()
{
	modes.clear();
	interrupts.clear();
	functions.clear();
	waiting.clear();
	fake = Fake();
	fake.is_high = true;
	fake.has_memory = true;
	fake.has_interrupts = true;
}

void
fake_pin(bool is_high)
{
	if (is_high == fake.is_high)
		return;
	fake.is_high = is_high;
	is_in_interrupt = true;
	for (const auto &interrupt : interrupts)
		interrupt.second();
	is_in_interrupt = false;
}

void
fake_request(const std::vector<uint8_t> &payload)
{
	ctrl_request *req = (ctrl_request *)calloc(1, sizeof *req);
	int before = fake.results;

	req->size = sizeof *req;
	req->type = 10;
	req->request_size = payload.size();
	if (!payload.empty()) {
		req->request_data = (char *)malloc(payload.size());
		memcpy(req->request_data, payload.data(), payload.size());
	}
	fake.reply.clear();
	ctrl_request_custom_handler(req);
	if (fake.results != before + 1)
		complain("a request did not end");
}

void
fake_reply_end(int result)
{
	Waiting first = waiting.front();

	waiting.erase(waiting.begin());
	first.handler(result, first.data);
}

bool
fake_has_function(const std::string &name)
{
	return functions.count(name) != 0;
}

int
fake_function(const std::string &name, const std::string &argument)
{
	return functions.at(name)(String(argument.c_str()));
}

int
fake_at(const std::string &call)
{
	auto at = std::find(fake.calls.begin(), fake.calls.end(), call);

	return at == fake.calls.end() ? -1 : (int)(at - fake.calls.begin());
}

uint32_t
millis()
{
	return fake.now_ms;
}

void
pinMode(uint16_t pin, PinMode mode)
{
	called("pinMode");
	modes[pin] = mode;
}

int32_t
pinReadFast(uint16_t pin)
{
	if (modes.count(pin) == 0)
		complain("a pin without a mode is read");
	return fake.is_high;
}

int32_t
digitalRead(uint16_t pin)
{
	called("digitalRead");
	return pinReadFast(pin);
}

bool
attachInterrupt(uint16_t, std::function<void()>, InterruptMode, int8_t,
    uint8_t)
{
	called("attachInterrupt");
	complain("attachInterrupt by a closure takes heap");
	return false;
}

bool
attachInterrupt(uint16_t pin, void (*handler)(), InterruptMode, int8_t,
    uint8_t)
{
	called("attachInterrupt");
	if (modes.count(pin) == 0)
		complain("attachInterrupt before pinMode");
	if (!fake.has_interrupts)
		return false;
	interrupts[pin] = handler;
	return true;
}

/* They come back, as on the virtual platform. */
void
SystemClass::dfu(SystemResetFlags flags)
{
	leaves("dfu");
	if ((flags.value & RESET_PERSIST_DFU.value) != 0)
		complain("persistent DFU");
	if ((flags.value & RESET_NO_WAIT.value) == 0)
		complain("DFU that may wait for the modem");
}

void
SystemClass::dfu(bool persist)
{
	leaves("dfu");
	complain(persist ? "persistent DFU" : "DFU without flags");
}

void
SystemClass::reset()
{
	reset(SystemResetFlags());
}

void
SystemClass::reset(SystemResetFlags flags)
{
	leaves("reset");
	if ((flags.value & RESET_NO_WAIT.value) == 0)
		complain("a reset that may wait for the modem");
}

void
SystemClass::reset(uint32_t, SystemResetFlags flags)
{
	reset(flags);
}

void
SystemClass::enterSafeMode(SystemResetFlags flags)
{
	leaves("enterSafeMode");
	if ((flags.value & RESET_NO_WAIT.value) == 0)
		complain("safe mode that may wait for the modem");
}

int
SystemClass::resetReason() const
{
	called("resetReason");
	return fake.reset_reason;
}

bool
ParticleClass::function(const char *name, int (*handler)(String))
{
	called("function");
	if (strlen(name) > 12)
		complain("a name too long for old systems");
	functions[name] = handler;
	return true;
}

int
security_mode_get(void *)
{
	called("security_mode_get");
	return fake.is_protected ? MODULE_INFO_SECURITY_MODE_PROTECTED :
	    MODULE_INFO_SECURITY_MODE_NONE;
}

int
system_ctrl_alloc_reply_data(ctrl_request *req, size_t size, void *)
{
	called("system_ctrl_alloc_reply_data");
	if (!fake.has_memory)
		return -260;
	req->reply_data = (char *)realloc(req->reply_data, size);
	req->reply_size = size;
	return 0;
}

void
system_ctrl_set_result(ctrl_request *req, int result,
    ctrl_completion_handler_fn handler, void *data, void *)
{
	called("system_ctrl_set_result");
	fake.results++;
	fake.result = result;
	if (req->reply_size != 0)
		fake.reply.assign((uint8_t *)req->reply_data,
		    (uint8_t *)req->reply_data + req->reply_size);
	free(req->request_data);
	free(req->reply_data);
	free(req);
	if (handler == nullptr)
		return;
	if (fake.is_cancelled)
		handler(-140, data);
	else
		waiting.push_back(Waiting{ handler, data });
}

/* What is linked where the application has no handler. */
__attribute__((weak)) void
ctrl_request_custom_handler(ctrl_request *req)
{
	system_ctrl_set_result(req, -120, nullptr, nullptr, nullptr);
}
