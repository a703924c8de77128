import { createServer } from "node:net";
import { Aedes } from "aedes";

const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, broker.handle);
server.listen(0, "127.0.0.1", () => {
	process.stdout.write(`ready ${server.address().port}\n`);
});
process.once("SIGTERM", () => process.exit());
