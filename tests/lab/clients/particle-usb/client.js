// Uses Particle's own host library on whatever is plugged in.
//
//	node client.js COMMAND...		e.g. list "mode ID" "reset ID"
//
// Each command prints one JSON line: {"command", "value", "ok", "error", "ms"}.
// All run in one process, one after the other: starting node is slow in the lab.
// Exit status 1 if one failed.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

// The package lies in the lab's cache, not beside this file.
const load = createRequire(path.join(process.env.LAB_CLIENT_DIR, 'package.json'));
const usb = load('particle-usb');

const POLL_MS = 100;
const OPEN_TRIES = 50;

function describe(device) {
	return {
		id: device.id,
		platform: device.platformId,
		type: device.type,
		dfu: device.isInDfuMode,
		version: device.firmwareVersion,
	};
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The library opens every device on its way to the wanted one, and gives up at
// one that is just leaving.
async function openDevice(id) {
	for (let tries = 1; ; tries++) {
		try {
			return await usb.openDeviceById(id);
		} catch (error) {
			if (tries === OPEN_TRIES) {
				throw error;
			}
			await sleep(POLL_MS);
		}
	}
}

// Opens the device, calls fn, closes it whatever happens.
async function opened(id, fn) {
	const device = await openDevice(id);
	try {
		return await fn(device);
	} finally {
		await device.close().catch(() => {});
	}
}

async function list() {
	const found = [];
	for (const device of await usb.getDevices()) {
		try {
			await device.open();
			found.push(describe(device));
			await device.close();
		} catch (error) {
			found.push({ type: device.type, error: error.message });
		}
	}
	return found.sort((a, b) => String(a.id).localeCompare(String(b.id)));
}

// Until the device is back in the wanted mode: "dfu" or "normal".
async function wait(id, mode) {
	for (;;) {
		try {
			const seen = await opened(id, describe);
			if (seen.dfu === (mode === 'dfu')) {
				return seen;
			}
		} catch (error) {
			// Not there at the moment.
		}
		await sleep(POLL_MS);
	}
}

async function write(id, file, address, alt) {
	const data = fs.readFileSync(file);
	await opened(id, (device) => device.writeOverDfu(data,
		{ altSetting: Number(alt || 0), startAddr: Number(address) }));
	return data.length;
}

async function read(id, file, address, size, alt) {
	const data = await opened(id, (device) => device.readOverDfu(
		{ altSetting: Number(alt || 0), startAddr: Number(address),
			size: Number(size) }));
	fs.writeFileSync(file, data);
	return data.length;
}

// EDL devices are not opened; the library reads their product string.
async function edl() {
	return (await usb.getEdlDevices()).map((device) => device.id);
}

const commands = {
	list,
	edl,
	wait,
	write,
	read,
	info: (id) => opened(id, describe),
	id: (id) => opened(id, (device) => device.getDeviceId()),
	serial: (id) => opened(id, (device) => device.getSerialNumber()),
	mode: (id) => opened(id, (device) => device.getDeviceMode()),
	modules: (id) => opened(id, (device) => device.getFirmwareModuleInfo()),
	protection: (id) => opened(id, (device) => device.getProtectionState()),
	reset: (id) => opened(id, (device) => device.reset()),
	'force-reset': (id) => opened(id, (device) => device.reset({ force: true })),
	dfu: (id) => opened(id, (device) => device.enterDfuMode()),
	'safe-mode': (id) => opened(id, (device) => device.enterSafeMode()),
	listen: (id) => opened(id, (device) => device.enterListeningMode()),
	'stop-listening': (id) => opened(id, (device) => device.leaveListeningMode()),
	blink: (id) => opened(id, (device) => device.startNyanSignal()),
	'stop-blink': (id) => opened(id, (device) => device.stopNyanSignal()),
};

async function main(lines) {
	let status = 0;
	for (const command of lines) {
		const [name, ...args] = command.split(' ');
		const result = { command };
		const begun = Date.now();
		try {
			result.value = await commands[name](...args);
			result.ok = true;
		} catch (error) {
			result.ok = false;
			result.error = error.message;
			status = 1;
		}
		result.ms = Date.now() - begun;
		console.log(JSON.stringify(result));
	}
	// node-usb keeps the process alive while it watches for devices.
	process.exit(status);
}

main(process.argv.slice(2));
