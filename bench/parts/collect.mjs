// Preloaded into a server whose memory is measured: lets it be asked to collect its garbage.
process.on("message", () => {
	globalThis.gc();
	globalThis.gc();
	process.send(process.memoryUsage());
});
// the server may end for all we care
process.channel.unref();
