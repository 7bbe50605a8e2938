#include "PtermHandler.h"

#if PTERM_HANDLER_IS_BUILT

#include "pterm-handler-core.h"

#if SYSTEM_VERSION < SYSTEM_VERSION_DEFAULT(2, 0, 0)
#error "PtermHandler needs Device OS 2.0.0 or later"
#endif
#if SYSTEM_VERSION >= SYSTEM_VERSION_DEFAULT(6, 0, 0)
#include "security_mode.h"
#define GLUE_HAS_PROTECTION 1
#else
#define GLUE_HAS_PROTECTION 0
#endif
/* The virtual platform has attachInterrupt() in its headers alone, and a
 * pinReadFast() that tells nothing. */
#if PLATFORM_ID == PLATFORM_GCC
#define GLUE_HAS_INTERRUPT 0
#define GLUE_READ digitalRead
#else
#define GLUE_HAS_INTERRUPT 1
#define GLUE_READ pinReadFast
#endif

namespace {

/* Interrupt, cloud functions and the request hook are plain functions and need
 * something to find: the one object. All of it is zero before begin(). */
struct Glue {
	pterm_handler core;
	pterm_handler_options options;
	uint16_t pin;
	bool isActiveLow;
	bool isBegun;
};

Glue glue;

#ifdef retained
retained pterm_handler_kept kept;
#else
pterm_handler_kept kept;
#endif

bool
isPressed()
{
	if ((glue.options.capabilities & PTERM_HANDLER_CAN_BUTTON) == 0)
		return false;
	return (GLUE_READ(glue.pin) != 0) != glue.isActiveLow;
}

#if GLUE_HAS_INTERRUPT
void
onEdge()
{
	pterm_handler_edge(&glue.core, millis(), isPressed());
}
#endif

/* Type 10 reaches a protected device, so the handler looks for itself. */
void
lookAtProtection()
{
#if GLUE_HAS_PROTECTION
	pterm_handler_protect(&glue.core, security_mode_get(nullptr) ==
	    MODULE_INFO_SECURITY_MODE_PROTECTED);
#endif
}

int
onCloud(pterm_handler_action action, const String &text)
{
	lookAtProtection();
	return pterm_handler_cloud(&glue.core, millis(), action, text.c_str(),
	    text.length());
}

int
onSetDfu(String text)
{
	return onCloud(PTERM_HANDLER_DFU, text);
}

int
onResetDevice(String text)
{
	return onCloud(PTERM_HANDLER_RESET, text);
}

/* On the system's thread, or inside system_ctrl_set_result(). */
void
onReplied(int result, void *data)
{
	pterm_handler_replied(&glue.core,
	    static_cast<uint16_t>(reinterpret_cast<uintptr_t>(data)),
	    result == 0);
}

/*
 * Does not come back on a device. Without waiting: the graceful way may block
 * behind a modem for half a minute, and whoever asked has the answer already.
 * The flags are spelled out, because a bare number is taken for the argument
 * "persistent", which must never be.
 */
void
act(pterm_handler_action action)
{
	switch (action) {
	case PTERM_HANDLER_DFU:
		System.dfu(SystemResetFlags(RESET_NO_WAIT));
		break;
	case PTERM_HANDLER_RESET:
		System.reset(SystemResetFlags(RESET_NO_WAIT));
		break;
	case PTERM_HANDLER_SAFE_MODE:
		System.enterSafeMode(SystemResetFlags(RESET_NO_WAIT));
		break;
	case PTERM_HANDLER_NONE:
		break;
	}
}

int
ask(pterm_handler_action action, uint32_t delayMs)
{
	if (!glue.isBegun)
		return PTERM_HANDLER_RESULT_INVALID_STATE;
	lookAtProtection();
	return pterm_handler_ask(&glue.core, millis(), action, delayMs);
}

void
setCapability(uint16_t capability, bool on)
{
	uint16_t all = glue.options.capabilities;

	glue.options.capabilities = static_cast<uint16_t>(on ?
	    all | capability : all & ~capability);
}

} // namespace

void
PtermHandler::app(const char *name, const char *version)
{
	glue.options.app_name = name;
	glue.options.app_version = version;
}

void
PtermHandler::button(uint16_t pin, bool isActiveLow)
{
	if (glue.isBegun)
		return;
	glue.pin = pin;
	glue.isActiveLow = isActiveLow;
	setCapability(PTERM_HANDLER_CAN_BUTTON, true);
}

void
PtermHandler::onPress(pterm_handler_action action)
{
	glue.options.on_press = static_cast<uint8_t>(action);
}

void
PtermHandler::onDoublePress(pterm_handler_action action)
{
	glue.options.on_double = static_cast<uint8_t>(action);
}

void
PtermHandler::onHold(pterm_handler_action action)
{
	glue.options.on_hold = static_cast<uint8_t>(action);
}

void
PtermHandler::times(uint16_t debounceMs, uint16_t holdMs)
{
	glue.options.debounce_ms = debounceMs;
	glue.options.hold_ms = holdMs;
}

void
PtermHandler::useCloud(bool use)
{
	if (!glue.isBegun)
		setCapability(PTERM_HANDLER_CAN_CLOUD, use);
}

void
PtermHandler::allowRemoteArm(bool allow)
{
	setCapability(PTERM_HANDLER_CAN_REMOTE_ARM, allow);
}

/* The pin has its pull before anybody looks at it, and the core is ready before
 * the first interrupt. */
void
PtermHandler::begin()
{
	bool hasButton = (glue.options.capabilities &
	    PTERM_HANDLER_CAN_BUTTON) != 0;

	if (glue.isBegun)
		return;
	if (hasButton)
		pinMode(glue.pin, glue.isActiveLow ? INPUT_PULLUP :
		    INPUT_PULLDOWN);
	glue.options.reset_reason = static_cast<uint8_t>(System.resetReason());
	pterm_handler_init(&glue.core, &glue.options, &kept, millis(),
	    isPressed());
	lookAtProtection();
	glue.isBegun = true;
#if GLUE_HAS_INTERRUPT
	/* Where there is no interrupt left, process() sees the level. */
	if (hasButton)
		attachInterrupt(glue.pin, onEdge, CHANGE);
#endif
	if ((glue.options.capabilities & PTERM_HANDLER_CAN_CLOUD) != 0) {
		Particle.function("SetDFU", onSetDfu);
		Particle.function("ResetDevice", onResetDevice);
	}
}

void
PtermHandler::process()
{
	if (!glue.isBegun)
		return;
	lookAtProtection();
	/* The level first: a time before the level would be older than it. */
	bool pressed = isPressed();
	act(pterm_handler_process(&glue.core, millis(), pressed));
}

bool
PtermHandler::arm(uint32_t seconds)
{
	if (!glue.isBegun)
		return false;
	lookAtProtection();
	return pterm_handler_arm(&glue.core, millis(), seconds);
}

void
PtermHandler::disarm()
{
	pterm_handler_disarm(&glue.core);
}

void
PtermHandler::lock()
{
	if (glue.isBegun)
		pterm_handler_lock(&glue.core);
}

bool
PtermHandler::isArmed()
{
	return pterm_handler_is_armed(&glue.core, millis());
}

int
PtermHandler::dfu(uint32_t delayMs)
{
	return ask(PTERM_HANDLER_DFU, delayMs);
}

int
PtermHandler::reset(uint32_t delayMs)
{
	return ask(PTERM_HANDLER_RESET, delayMs);
}

int
PtermHandler::safeMode(uint32_t delayMs)
{
	return ask(PTERM_HANDLER_SAFE_MODE, delayMs);
}

/* req and what hangs from it are the system's again after set_result(): it is
 * the last thing said of a request, and said once. */
bool
PtermHandler::handleRequest(ctrl_request *req)
{
	pterm_handler_call call = pterm_handler_call();
	void *token;

	call.in = reinterpret_cast<const uint8_t *>(req->request_data);
	call.in_len = req->request_size;
	if (!pterm_handler_is_ours(call.in, call.in_len))
		return false;
	if (!glue.isBegun) {
		system_ctrl_set_result(req, PTERM_HANDLER_RESULT_INVALID_STATE,
		    nullptr, nullptr, nullptr);
		return true;
	}
	if (system_ctrl_alloc_reply_data(req, PTERM_HANDLER_SIZE_MAX,
	    nullptr) != 0) {
		system_ctrl_set_result(req, PTERM_HANDLER_RESULT_NO_MEMORY,
		    nullptr, nullptr, nullptr);
		return true;
	}
	lookAtProtection();
	call.out = reinterpret_cast<uint8_t *>(req->reply_data);
	call.out_cap = req->reply_size;
	pterm_handler_request(&glue.core, millis(), &call);
	req->reply_size = call.out_len;
	token = reinterpret_cast<void *>(static_cast<uintptr_t>(call.token));
	system_ctrl_set_result(req, call.result,
	    call.token != 0 ? onReplied : nullptr, token, nullptr);
	return true;
}

#ifndef PTERM_HANDLER_OWN_REQUESTS
/* C++ linkage: the system's weak one has it, and extern "C" would be another
 * function that nobody calls. */
void
ctrl_request_custom_handler(ctrl_request *req)
{
	if (!PtermHandler::handleRequest(req))
		system_ctrl_set_result(req, PTERM_HANDLER_RESULT_NOT_SUPPORTED,
		    nullptr, nullptr, nullptr);
}
#endif

#endif
