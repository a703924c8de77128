// Loaded into the server's process: tells, when asked, what is in use once the garbage is gone.
import { heapInUse } from "./memory.mjs";

process.on("message", () => process.send({ heap: heapInUse() }));
// a server does not outlive the fuzzer
process.on("disconnect", () => process.exit(1));
process.channel.unref();
