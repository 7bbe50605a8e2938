/*
 * PtermHandler: DFU, reset and safe mode from a button, a cloud function or a
 * USB request, in development builds; nothing at all in others. README.md is
 * the manual.
 *
 *	void setup() {
 *		PtermHandler::app("gatehouse", "1.4.0");
 *		PtermHandler::button(D2);
 *		PtermHandler::begin();
 *	}
 *	void loop() {
 *		PtermHandler::process();
 *	}
 *
 * All of it belongs to the thread of the application. What is set between app()
 * and begin() may come in any order; after begin() it has no effect.
 */
#ifndef PTERM_HANDLER_H
#define PTERM_HANDLER_H

#include "pterm-handler-switch.h"

#include <stdint.h>

#include "pterm-handler-wire.h"

#if PTERM_HANDLER_IS_BUILT
#include "Particle.h"
#endif

struct ctrl_request;

#if PTERM_HANDLER_IS_BUILT

class PtermHandler {
public:
	/* For the query. The texts are kept, not copied: literals are best. */
	static void app(const char *name, const char *version);
	/* A pin of the processor itself, with the pull that fits. */
	static void button(uint16_t pin, bool isActiveLow = true);
	/* What it means; PTERM_HANDLER_NONE for nothing. Holding always arms. */
	static void onPress(pterm_handler_action action);
	static void onDoublePress(pterm_handler_action action);
	static void onHold(pterm_handler_action action);
	static void times(uint16_t debounceMs, uint16_t holdMs);
	/* Registers the cloud functions SetDFU and ResetDevice. */
	static void useCloud(bool use = true);
	/* Lets USB, BLE and the cloud arm. Read README.md first. */
	static void allowRemoteArm(bool allow = true);
	static void begin();

	/* As often as loop() comes round. */
	static void process();

	static bool arm(uint32_t seconds = 0);
	static void disarm();
	static void lock();
	static bool isArmed();
	/* 0, or a negative result of Device OS; process() does it. */
	static int dfu(uint32_t delayMs = 0);
	static int reset(uint32_t delayMs = 0);
	static int safeMode(uint32_t delayMs = 0);

	/* For an application with a ctrl_request_custom_handler() of its own
	 * (PTERM_HANDLER_OWN_REQUESTS). True: it was ours and is answered, don't
	 * touch it any more. False: nothing was done. */
	static bool handleRequest(ctrl_request *req);
};

#else

class PtermHandler {
public:
	static void app(const char *, const char *) {}
	static void button(uint16_t, bool = true) {}
	static void onPress(pterm_handler_action) {}
	static void onDoublePress(pterm_handler_action) {}
	static void onHold(pterm_handler_action) {}
	static void times(uint16_t, uint16_t) {}
	static void useCloud(bool = true) {}
	static void allowRemoteArm(bool = true) {}
	static void begin() {}
	static void process() {}
	static bool arm(uint32_t = 0) { return false; }
	static void disarm() {}
	static void lock() {}
	static bool isArmed() { return false; }
	static int dfu(uint32_t = 0) { return refused(); }
	static int reset(uint32_t = 0) { return refused(); }
	static int safeMode(uint32_t = 0) { return refused(); }
	static bool handleRequest(ctrl_request *) { return false; }

private:
	static int refused() { return PTERM_HANDLER_RESULT_NOT_SUPPORTED; }
};

#endif
#endif
