import { createServer } from "node:net";
import { Aedes } from "aedes";

const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, broker.handle);
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
	process.stdout.write(`ready ${server.address().port}\n`);
});
process.once("SIGTERM", () => process.exit());
